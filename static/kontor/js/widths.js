// Columns as wide as the person wants them: dragged at their edge, or with the arrow keys; Backspace gives a column its own width back.
const STEP = 16;
const [NARROWEST, WIDEST] = [48, 800];

export function start(table, { post }) {
  const heads = [...table.querySelectorAll("th[data-column]")];

  function apply(head, pixels) {
    for (const row of table.rows) {
      const cell = row.cells[head.cellIndex];
      if (cell) Object.assign(cell.style, { width: pixels ? `${pixels}px` : "", minWidth: pixels ? `${pixels}px` : "", maxWidth: pixels ? `${pixels}px` : "" });
    }
    head.classList.toggle("is-sized", Boolean(pixels));
    head.querySelector("[data-edge]").setAttribute("aria-valuenow", pixels || Math.round(head.offsetWidth));
  }
  function resize(head, pixels) {
    const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, pixels)));
    apply(head, width);
    return width;
  }
  const keep = (head, pixels) => post(table.dataset.widthsUrl, { [head.dataset.column]: pixels }).catch(() => {});

  for (const head of heads) {
    const edge = head.querySelector("[data-edge]");
    edge.setAttribute("aria-valuemin", NARROWEST);
    edge.setAttribute("aria-valuemax", WIDEST);
    apply(head, Number(head.dataset.pixels) || 0);
    let timer;
    edge.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (!step && event.key !== "Backspace") return;
      event.preventDefault();
      event.stopPropagation();
      const width = step ? resize(head, head.offsetWidth + step) : apply(head, 0) ?? "";
      clearTimeout(timer);
      timer = setTimeout(() => keep(head, width), 300);
    });
    edge.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      const [from, was] = [event.clientX, head.offsetWidth];
      let width = was;
      edge.setPointerCapture(event.pointerId);
      const move = (moved) => { width = resize(head, was + moved.clientX - from); };
      const end = () => {
        edge.removeEventListener("pointermove", move);
        if (width !== was) keep(head, width);
      };
      edge.addEventListener("pointermove", move);
      edge.addEventListener("pointerup", end, { once: true });
      edge.addEventListener("pointercancel", end, { once: true });
    });
    edge.addEventListener("dblclick", () => { apply(head, 0); keep(head, ""); });
  }
}
