// A note or what was said in a call: "@" proposes people; one who does not see the record can be let in with a tick.
const TYPED = /(?:^|[\s(])@([\p{L}\p{N}_.+-]*)$/u;

export function start(form) {
  const text = form.querySelector("textarea[aria-autocomplete=list]");
  const list = form.querySelector("[data-mention-list]");
  const shares = form.querySelector("[data-mention-shares]");
  if (!text || !list) return;
  let active = -1;
  let asked = 0;
  let timer;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const typed = () => TYPED.exec(text.value.slice(0, text.selectionStart));

  function show(open) {
    list.hidden = !open;
    if (!open) { active = -1; text.removeAttribute("aria-activedescendant"); }
  }

  function mark(to) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = (to + all.length) % all.length;
    all[active].id ||= `${list.id}-${active}`;
    all[active].setAttribute("aria-selected", "true");
    text.setAttribute("aria-activedescendant", all[active].id);
  }

  async function ask() {
    const found = typed();
    const turn = ++asked;
    if (!found) { show(false); return; }
    const url = new URL(form.dataset.mentionUrl, location.href);
    url.searchParams.set("at", form.dataset.mentionAt || location.pathname);
    url.searchParams.set("q", found[1]);
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || turn !== asked || !typed()) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...parsed.querySelectorAll("li"));
    show(list.children.length > 0);
    if (!list.hidden) mark(0);
  }

  function offer({ pk, share }) {
    if (!share || !shares || shares.querySelector(`input[value="${pk}"]`)) return;
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name: "share", value: pk, className: "k-check", checked: true });
    label.append(box, ` ${share}`);
    shares.append(label);
  }

  function choose(option) {
    const found = typed();
    const end = text.selectionStart;
    const start = end - found[1].length;
    text.setRangeText(`${option.dataset.value} `, start, end, "end");
    offer(option.dataset);
    show(false);
    text.focus();
  }

  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 90); });
  text.addEventListener("blur", () => show(false));
  text.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if ((event.key === "Enter" && !event.ctrlKey) || event.key === "Tab") choose(options()[active]);
    else if (event.key === "Escape") show(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) choose(option); });
}
