// Menus are <details>: they work without this. Adds: one open at a time, Escape, outside click, arrow keys, staying on screen.
export function start() {
  const items = (menu) => [...menu.querySelectorAll(".k-menu-item")].filter((item) => item.offsetParent);

  function place(menu) {
    const list = menu.querySelector(".k-menu-list");
    list.style.removeProperty("translate");
    return list;
  }
  function stay(list) {
    const box = list.getBoundingClientRect();
    const shift = box.left < 8 ? 8 - box.left : box.right > innerWidth - 8 ? innerWidth - 8 - box.right : 0;
    if (shift) list.style.translate = `${shift}px`;
  }

  // What is swapped into an open menu may be wider than what was there.
  document.addEventListener("htmx:afterSettle", (event) => {
    const menu = event.target.closest?.("details.k-menu[open]");
    if (menu) stay(place(menu));
  });

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.k-menu") || !menu.open) return;
    document.querySelectorAll("details.k-menu[open]").forEach((other) => { if (other !== menu && !other.contains(menu)) other.open = false; });
    const list = place(menu);
    if (menu.hasAttribute("data-float") && innerWidth >= 640) {
      // Inside a scrolling column: fixed to the screen beside its button, so nothing is cut off.
      const button = menu.querySelector("summary").getBoundingClientRect();
      const below = innerHeight - button.bottom > list.offsetHeight + 12;
      Object.assign(list.style, { position: "fixed", right: `${document.documentElement.clientWidth - button.right}px`, left: "auto", top: below ? `${button.bottom + 4}px` : "auto", bottom: below ? "auto" : `${innerHeight - button.top + 4}px` });
      addEventListener("scroll", () => { menu.open = false; }, { capture: true, once: true });
    }
    stay(list);
    const [first] = items(menu);
    if (menu.dataset.keyboard) first?.focus();
    delete menu.dataset.keyboard;
  }, true);

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-menu-close]");
    if (close) { event.preventDefault(); close.closest("details.k-menu").open = false; return; }
    document.querySelectorAll("details.k-menu[open]").forEach((menu) => { if (!menu.contains(event.target) || event.target === menu) menu.open = false; });
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.k-menu");
    if (event.key === "Escape") {
      const open = menu?.open ? menu : document.querySelector("details.k-menu[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); event.preventDefault(); }
      return;
    }
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    if (!menu.open) { menu.dataset.keyboard = "1"; menu.open = true; return; }
    const list = items(menu);
    const at = list.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % list.length, ArrowUp: (at - 1 + list.length) % list.length, Home: 0, End: list.length - 1 }[event.key];
    list[to]?.focus();
  });
}
