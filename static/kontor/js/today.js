// Today by keyboard: j/k move, D done, S snooze, Enter opens; the row's Done button presses its form.
export function start(list) {
  const rows = () => [...list.querySelectorAll("[data-todo]")];
  let cursor = -1;
  function move(to) {
    const all = rows();
    all[cursor]?.classList.remove("is-cursor");
    cursor = Math.max(0, Math.min(all.length - 1, to));
    const row = all[cursor];
    if (!row) return;
    row.classList.add("is-cursor");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a")?.focus({ preventScroll: true });
  }
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-press-done]")) event.target.closest("[data-todo]").querySelector("[data-key-done]").click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.target.matches?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const row = rows()[cursor];
    const key = event.key.toLowerCase();
    if (key === "j") move(cursor + 1);
    else if (key === "k") move(cursor - 1);
    else if (key === "d" && row) row.querySelector("[data-key-done]")?.click();
    else if (key === "s" && row) row.querySelector("[data-key-snooze]")?.click();
    else if (key === "o" && row) row.querySelector("a")?.click();
    else return;
    event.preventDefault();
  });
}
