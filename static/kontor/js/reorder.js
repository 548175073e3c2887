// Rows put in order by their handles: pointer, or Space, arrows, Space; Escape puts back. Writes the order into hidden inputs and shows the save bar.
export function start(table) {
  const body = table.tBodies?.[0] ?? table;
  const rows = () => [...body.querySelectorAll(":scope > [data-order]")];
  const live = document.querySelector("[data-reorder-live]");
  const bar = document.querySelector("[data-reorder-bar]");
  const first = rows();
  let held = null;
  let before = null;
  let gap = null;

  function changed() {
    const moved = rows().some((row, at) => row !== first[at]);
    if (bar) bar.hidden = !moved;
    if (live && held) live.textContent = `${held.dataset.label ?? ""} ${rows().indexOf(held) + 1} / ${rows().length}`;
  }
  function put(order) { order.forEach((row) => body.append(row)); [...body.children].filter((row) => !row.dataset.order).forEach((row) => body.append(row)); changed(); }
  function drop() { held?.classList.remove("is-held"); held = null; changed(); }

  body.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle) return;
    const row = handle.closest("[data-order]");
    // What moves a row is not for the menu it may stand in.
    if (held) event.stopPropagation();
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (held) drop();
      else { held = row; before = rows(); row.classList.add("is-held"); changed(); }
    } else if (held && event.key === "Escape") { event.preventDefault(); put(before); drop(); handle.focus(); }
    else if (held && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const list = rows();
      const at = list.indexOf(held);
      const other = list[at + (event.key === "ArrowUp" ? -1 : 1)];
      if (other) (event.key === "ArrowUp" ? other.before(held) : other.after(held));
      handle.focus();
      changed();
    }
  });

  body.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    held = handle.closest("[data-order]");
    before = rows();
    held.classList.add("is-held");
    handle.setPointerCapture(event.pointerId);
    gap = (move) => {
      for (const row of rows()) {
        if (row === held) continue;
        const box = row.getBoundingClientRect();
        const middle = box.top + box.height / 2;
        const above = held.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_PRECEDING;
        if (above && move.clientY < middle) { row.before(held); break; }
        if (!above && move.clientY > middle) row.after(held);
      }
    };
    const end = () => { handle.removeEventListener("pointermove", gap); handle.removeEventListener("pointerup", end); handle.removeEventListener("pointercancel", end); drop(); };
    handle.addEventListener("pointermove", gap);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  });

  document.querySelector("[data-reorder-back]")?.addEventListener("click", (event) => { event.preventDefault(); put(first); });
}
