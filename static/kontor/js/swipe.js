// On a phone a row swiped to the right is done: it presses the row's own Done button.
export function start(list) {
  if (!matchMedia("(pointer: coarse)").matches) return;
  let row = null;
  let from = null;
  list.addEventListener("touchstart", (event) => {
    row = event.target.closest("[data-swipe]");
    from = row && { x: event.touches[0].clientX, y: event.touches[0].clientY };
  }, { passive: true });
  list.addEventListener("touchmove", (event) => {
    if (!row) return;
    const dx = event.touches[0].clientX - from.x;
    if (Math.abs(event.touches[0].clientY - from.y) > 24 && dx < 24) { reset(); return; }
    if (dx > 8) row.style.translate = `${Math.min(dx, 120)}px`;
    row.classList.toggle("is-ready", dx > 96);
  }, { passive: true });
  function reset() { if (row) { row.style.translate = ""; row.classList.remove("is-ready"); } row = null; }
  list.addEventListener("touchend", () => {
    const ready = row?.classList.contains("is-ready") && row.querySelector("[data-swipe-done]");
    reset();
    if (ready) ready.click();
  });
}
