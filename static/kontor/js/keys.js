// Shortcuts of every page. Silent in fields and with modifier keys.
export function start() {
  const dialog = document.getElementById("k-keys");
  const typing = (target) => target.isContentEditable || target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
  const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.offsetParent !== null);
  let wentAt = 0;

  document.addEventListener("click", (event) => { if (event.target.closest("[data-keys-open]")) dialog?.showModal(); });
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  function use(element) {
    if (!element) return false;
    if (element.matches("summary")) {
      const menu = element.parentElement;
      menu.dataset.keyboard = "1";
      menu.open = true;
      const [first] = menu.querySelectorAll(".k-menu-item");
      first?.focus();
    } else if (element.matches("input")) { element.focus(); element.select(); } else element.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    let done = false;
    if (Date.now() - wentAt < 1200) {
      wentAt = 0;
      const places = [...document.querySelectorAll(".k-sidebar [data-nav]")];
      done = use(places.find((link) => link.dataset.nav.startsWith(key)));
    } else if (key === "g") { wentAt = Date.now(); done = true; }
    else if (event.key === "?") { dialog?.showModal(); done = true; }
    else if (key === "c") done = use(visible("[data-key-new]") ?? visible("[data-key-create]"));
    else if (key === "/") done = use(visible("[data-key-list-search]") ?? visible("[data-key-search]"));
    else if (key === "f") done = use(visible("[data-key-filter]"));
    else if (key === "z") done = use(document.querySelector("[data-key-undo]"));
    else if (key === "[") done = use(document.querySelector("[data-key-prev][href]"));
    else if (key === "]") done = use(document.querySelector("[data-key-next][href]"));
    else if (!document.querySelector("[data-module~=list], [data-module~=board]")) done = use(visible(`[data-key="${CSS.escape(key)}"]`) ?? document.querySelector(`.k-menu-item[data-key="${CSS.escape(key)}"]`));
    if (done) event.preventDefault();
  });
}
