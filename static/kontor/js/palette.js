// The palette (Ctrl K): a combobox over lines that the server finds. Tab shows the actions of the marked line.
const RECORD_PAGE = /\/\d+\/$/;
const PAUSE = 90;

export function start(dialog, { post }) {
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const note = dialog.querySelector("[data-palette-note]");
  let timer;
  let asked = 0;
  let active = -1;
  let opener = null;
  let within = false;
  // Enter means what is typed: before its lines are there it waits for them.
  let fresh = false;
  let entered = null;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function mark(to) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = all.length ? (to + all.length) % all.length : -1;
    const option = all[active];
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    option.id ||= `k-hit-${active}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  async function show(address, values) {
    const turn = ++asked;
    const url = new URL(address, location.href);
    Object.entries(values).forEach(([name, value]) => url.searchParams.set(name, value));
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    const text = await answer?.text();
    if (!answer || turn !== asked || !dialog.open) return;
    if (!answer.ok || answer.redirected) { location.assign(location.href); return; }
    const parsed = new DOMParser().parseFromString(text, "text/html");
    note.textContent = parsed.querySelector("[data-hits-note]")?.content.textContent ?? "";
    list.replaceChildren(...[...parsed.body.children].filter((child) => child.tagName !== "TEMPLATE"));
    list.scrollTop = 0;
    active = -1;
    mark(0);
    fresh = true;
    if (entered && active >= 0) go(options()[active], entered.newTab);
    entered = null;
  }

  const ask = () => { clearTimeout(timer); within = fresh = false; show(dialog.dataset.url, { q: input.value, at: location.pathname }); };

  function open(typed = "") {
    if (dialog.open) return;
    opener = document.activeElement;
    input.value = typed;
    dialog.showModal();
    input.focus();
    input.setSelectionRange(typed.length, typed.length);
    ask();
  }

  function go(option, newTab) {
    if (option.hasAttribute("data-posts")) {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: option.href });
      const token = document.createElement("input");
      Object.assign(token, { type: "hidden", name: "csrfmiddlewaretoken", value: document.querySelector('meta[name="k-csrf"]').content });
      form.append(token);
      document.body.append(form);
      form.submit();
    } else if (newTab) window.open(option.href, "_blank", "noopener");
    else if (option.dataset.quick) option.click();
    else location.assign(option.href);
  }

  input.addEventListener("input", () => { clearTimeout(timer); fresh = false; entered = null; timer = setTimeout(ask, PAUSE); });
  dialog.addEventListener("keydown", (event) => {
    // Until the next frame the focus is still in a palette that was just closed.
    if (!dialog.open) return;
    const option = options()[active];
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active <= 0 ? options().length - 1 : active - 1);
    else if (event.key === "Enter" && event.target === input) {
      const newTab = event.ctrlKey || event.metaKey;
      if (!fresh) { entered = { newTab }; ask(); }
      else if (option) go(option, newTab);
    } else if (event.key === "Tab") {
      if (event.shiftKey || within) ask();
      else if (option?.hasAttribute("data-acts")) { within = true; show(dialog.dataset.actionsUrl, { at: new URL(option.href).pathname }); }
      input.focus();
    } else if (event.key === "Escape" && within) ask();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") dialog.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option?.hasAttribute("data-posts")) { event.preventDefault(); go(option, false); }
    const quick = option?.dataset.quick && !event.ctrlKey && !event.metaKey;
    if (quick || event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => { asked += 1; entered = null; list.replaceChildren(); note.textContent = ""; opener?.focus?.(); });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) { event.preventDefault(); open(); }
  });
  const field = document.querySelector("[data-key-search]");
  field?.addEventListener("input", () => { const typed = field.value; field.value = ""; open(typed); });
  field?.addEventListener("click", () => open());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !document.querySelector("dialog[open]")) { event.preventDefault(); open(); }
  });
  if (RECORD_PAGE.test(location.pathname)) post(dialog.dataset.openedUrl, { at: location.pathname }).catch(() => {});
}
