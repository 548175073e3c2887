// A button that copies its data-copy; the tick is the answer.
export function start(button, { asset }) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const use = button.querySelector("use");
    use?.setAttribute("href", `${asset("icons")}#check`);
    setTimeout(() => use?.setAttribute("href", `${asset("icons")}#copy`), 1500);
  });
}
