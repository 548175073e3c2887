// An accessible combobox over an address that answers ?q= with <li role="option" data-value data-label>.
export function start(box) {
  const input = box.querySelector("[role=combobox]");
  const hidden = box.querySelector("[data-chooser-value]");
  const list = box.querySelector("[role=listbox]");
  const many = box.dataset.many !== undefined;
  const picked = box.querySelector("[data-chooser-picked]");
  let active = -1;
  let timer;
  let asked = 0;
  let label = input.value;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (open) => { list.hidden = !open; input.setAttribute("aria-expanded", String(open)); if (!open) mark(-1); };

  function mark(to) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = all.length ? (to + all.length) % all.length : -1;
    if (to < 0) active = -1;
    const option = all[active];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.id ||= `${input.id}-o${active}`;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const turn = ++asked;
    const url = new URL(box.dataset.url, location.href);
    url.searchParams.set("q", input.value === label && !many ? "" : input.value);
    for (const name of (box.dataset.depends ?? "").split(" ").filter(Boolean)) {
      const other = input.form?.elements.namedItem(name);
      if (other?.value) url.searchParams.set(name, other.value);
    }
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || turn !== asked) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...parsed.querySelectorAll("li"));
    show(list.children.length > 0);
    if (input.value.trim() && options().length) mark(0);
  }

  function chip(value, text) {
    const piece = picked.querySelector("template").content.firstElementChild.cloneNode(true);
    piece.querySelector("[data-text]").textContent = text;
    piece.querySelector("input").value = value;
    picked.append(piece);
  }

  function choose(option) {
    if (option.dataset.href) { location.assign(option.dataset.href); return; }
    const text = option.dataset.label ?? option.textContent.trim();
    if (many) { chip(option.dataset.value, text); input.value = ""; label = ""; }
    else { hidden.value = option.dataset.value; input.value = text; label = text; }
    show(false);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    (many ? input : hidden).dispatchEvent(new Event("change", { bubbles: true }));
  }

  input.addEventListener("input", (event) => { event.stopPropagation(); if (!many) hidden.value = ""; clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("click", () => { if (list.hidden) ask(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else mark(active + (event.key === "ArrowDown" ? 1 : active <= 0 ? options().length - Math.max(active, 0) - 1 : -1));
    } else if (event.key === "Enter" && !event.ctrlKey && !list.hidden && active >= 0) { event.preventDefault(); choose(options()[active]); }
    else if (event.key === "Tab" && !list.hidden && active >= 0 && input.value !== label) choose(options()[active]);
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); show(false); }
    else if (event.key === "Backspace" && many && !input.value) picked.querySelector(":scope > :last-of-type:not(template)")?.remove();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) choose(option); });
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-chooser-clear]")) { hidden.value = ""; input.value = ""; label = ""; input.focus(); box.dispatchEvent(new Event("input", { bubbles: true })); }
    event.target.closest("[data-chooser-remove]")?.closest("[data-chip]").remove();
  });
  input.addEventListener("blur", () => {
    show(false);
    // What was typed but not chosen stays visible: the server says in words why it is no value.
    if (!many && !input.value.trim()) { hidden.value = ""; label = ""; }
  });

  // Typed before this script was there.
  if (input.value && input.value !== input.defaultValue) ask();
}
