// Kept pages: the switch of a person's settings, and the list of the page without a connection.
export async function start(element, { asset }) {
  const { ask, isWanted, renewPage, want, timeOf } = await import(asset("offline"));
  const box = element.querySelector("input[type=checkbox]");
  if (box) offerChoice(box);
  else await list();

  function offerChoice(choice) {
    choice.checked = isWanted(element.dataset.person);
    choice.addEventListener("change", async () => {
      want(element.dataset.person, choice.checked);
      if (!choice.checked) await ask({ act: "erase" });
    });
  }

  async function list() {
    const kept = (await ask({ act: "kept" })) ?? [];
    element.querySelector("ul").replaceChildren(...kept.map(({ path, title, at }) => {
      const row = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: path, textContent: title });
      row.append(link, Object.assign(document.createElement("time"), { textContent: timeOf(at) }));
      return row;
    }));
    element.hidden = !kept.length;
    addEventListener("online", renewPage);
  }
}
