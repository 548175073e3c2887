// Shortcuts of every page, and what elements tell of theirs. Silent in fields and with modifier keys.
const KEYS = [
  ["c", "[data-key-new]", "[data-key-create]"], ["/", "[data-key-list-search]", "[data-key-search]"], ["f", "[data-key-filter]"],
  ["z", "[data-key-undo]"], ["[", "[data-key-prev][href]"], ["]", "[data-key-next][href]"],
];
const TOLD = [["?", "[data-keys-open]"], ["d", "[data-key-done]"], ["s", "[data-key-snooze]"], ["j k x e o", "[data-module~=list]"], ["j k m", "[data-module~=board]"]];
const ALWAYS = [["Control+k", "[data-key-search]"], ["Control+Enter", "[data-save]"]];

export function start(_body, { singleKeys }) {
  const dialog = document.getElementById("k-keys");
  const typing = (target) => target.isContentEditable || target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
  // What stands in a closed menu is pressed all the same.
  const first = (selector) => {
    const all = [...document.querySelectorAll(selector)];
    return all.find((element) => element.offsetParent !== null) ?? all.find((element) => element.matches(".k-menu-item, [data-key-prev], [data-key-next]"));
  };
  let wentAt = 0;

  document.addEventListener("click", (event) => { if (event.target.closest("[data-keys-open]")) dialog?.showModal(); });
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  function tell(scope) {
    const told = new Map();
    const note = (key, element) => told.set(element, [...(told.get(element) ?? []), key]);
    for (const [key, ...selectors] of singleKeys ? [...ALWAYS, ...KEYS, ...TOLD] : ALWAYS) scope.querySelectorAll(selectors.join()).forEach((element) => note(key, element));
    if (singleKeys) scope.querySelectorAll("[data-key]").forEach((element) => note(element.dataset.key, element));
    told.forEach((keys, element) => element.setAttribute("aria-keyshortcuts", keys.join(" ")));
  }
  tell(document);
  document.addEventListener("htmx:load", (event) => tell(event.detail.elt.parentNode ?? document));
  if (!singleKeys) return;

  function use(element) {
    if (!element) return false;
    if (element.matches("summary")) {
      const menu = element.parentElement;
      menu.dataset.keyboard = "1";
      menu.open = true;
      const [item] = menu.querySelectorAll(".k-menu-item");
      item?.focus();
    } else if (element.matches("input")) { element.focus(); element.select(); } else element.click();
    return true;
  }

  function press(key) {
    const known = KEYS.find(([own]) => own === key);
    if (known) return known.slice(1).some((selector) => use(first(selector)));
    if (document.querySelector("[data-module~=list], [data-module~=board]")) return false;
    return use(first(`[data-key="${CSS.escape(key)}"]`));
  }

  const isOurs = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented && !typing(event.target) && !document.querySelector("dialog[open]");

  // The letter after "g" is seen before any list takes it for its own.
  document.addEventListener("keydown", (event) => {
    const goes = isOurs(event) && Date.now() - wentAt < 1200;
    wentAt = 0;
    if (!goes || event.key.length !== 1) return;
    use(document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`));
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!isOurs(event)) return;
    let done = true;
    if (event.key === "g") wentAt = Date.now();
    else if (event.key === "?") dialog?.showModal();
    else done = press(event.key.toLowerCase());
    if (done) event.preventDefault();
  });
}
