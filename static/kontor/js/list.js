// A list by keyboard and mouse: row cursor, selection with ranges, bulk bar.
export function start(table) {
  const form = table.closest("form") ?? table.parentElement;
  const bulk = form.querySelector("[data-bulk]");
  const all = table.querySelector("[data-select-all]");
  const rows = () => [...table.tBodies[0].rows];
  const boxes = () => [...table.querySelectorAll("tbody .k-check")];
  let cursor = -1;
  let anchor = null;

  function move(to) {
    const list = rows();
    list[cursor]?.classList.remove("is-cursor");
    cursor = Math.max(0, Math.min(list.length - 1, to));
    list[cursor]?.classList.add("is-cursor");
    list[cursor]?.scrollIntoView({ block: "nearest" });
    list[cursor]?.querySelector(".k-c-name a, a")?.focus({ preventScroll: true });
    if (list[cursor]) table.dispatchEvent(new CustomEvent("list:moved", { detail: { row: list[cursor] } }));
  }
  const peek = (row) => table.dispatchEvent(new CustomEvent("list:peek", { detail: { row } }));
  table.addEventListener("list:cursor", (event) => { cursor = rows().indexOf(event.detail.row); });

  const matching = () => document.querySelector(".k-foot-sums b")?.textContent ?? "";

  function count() {
    const list = boxes();
    const chosen = list.filter((box) => box.checked);
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === list.length;
      all.indeterminate = chosen.length > 0 && chosen.length < list.length;
    }
    if (!bulk) return;
    bulk.querySelector("[data-bulk-count]").textContent = chosen.length;
    bulk.querySelector("[data-bulk-all]").value = "";
    const everything = bulk.querySelector("[data-bulk-everything]");
    if (everything) {
      everything.hidden = !(all?.checked);
      everything.querySelector("[data-bulk-matching]").textContent = matching();
    }
    const sums = chosen.map((box) => box.closest("tr").dataset.sum).filter((sum) => sum !== undefined);
    const place = bulk.querySelector("[data-bulk-sum]");
    place.textContent = bulk.dataset.currency && sums.length
      ? ` · ${new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: bulk.dataset.currency, maximumFractionDigits: 0 }).format(sums.reduce((total, sum) => total + Number(sum), 0) / 100)}` : "";
  }

  table.addEventListener("click", (event) => {
    const box = event.target.closest("tbody .k-check");
    if (box) {
      const list = boxes();
      if (event.shiftKey && anchor) {
        const [from, to] = [list.indexOf(anchor), list.indexOf(box)].sort((a, b) => a - b);
        list.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
      }
      anchor = box;
      count();
      return;
    }
    if (event.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
    const row = event.target.closest("tr[data-url]");
    if (!row) return;
    if (event.ctrlKey || event.metaKey) open(row.dataset.url, "_blank", "noopener");
    else if (table.dataset.base) { cursor = rows().indexOf(row); peek(row); }
    else location.assign(row.dataset.url);
  });
  table.addEventListener("auxclick", (event) => {
    const url = event.target.closest("tr[data-url]")?.dataset.url;
    if (url && event.button === 1 && !event.target.closest("a")) open(url, "_blank", "noopener");
  });
  all?.addEventListener("change", () => { boxes().forEach((box) => { box.checked = all.checked; }); count(); });
  bulk?.addEventListener("click", (event) => {
    if (event.target.closest("[data-bulk-clear]")) { boxes().forEach((box) => { box.checked = false; }); count(); }
    const everything = event.target.closest("[data-bulk-everything]");
    if (everything) {
      bulk.querySelector("[data-bulk-all]").value = "1";
      bulk.querySelector("[data-bulk-count]").textContent = matching();
      everything.hidden = true;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!table.isConnected || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches?.("input:not(.k-check), textarea, select") || event.target.closest?.(".k-menu, dialog")) return;
    const key = event.key.toLowerCase();
    const row = rows()[cursor];
    const box = row?.querySelector(".k-check");
    if (key === "j") move(cursor + 1);
    else if (key === "k") move(cursor - 1);
    else if (key === "x" && event.shiftKey) bulk?.querySelector("button:not([hidden]), summary")?.focus();
    else if (key === "x" && box) { box.checked = !box.checked; anchor = box; count(); }
    else if (key === "enter" && row?.dataset.url && !event.target.matches("a, button, summary")) location.assign(row.dataset.url);
    else if ((key === "o" || key === " ") && row?.dataset.url && !event.target.matches("button, summary, .k-check")) peek(row);
    else if (key === "e" && event.shiftKey && row?.dataset.url) location.assign(`${row.dataset.url.replace(/\/$/, "")}/edit/`);
    else if (key === "e" && row) table.dispatchEvent(new CustomEvent("inline:row", { detail: { row } }));
    else if (key === "escape" && boxes().some((other) => other.checked)) { boxes().forEach((other) => { other.checked = false; }); count(); }
    else return;
    event.preventDefault();
  });
  // Ticked before this script was there, by a quick hand or by the browser, which keeps boxes over a reload.
  if (all?.checked) boxes().forEach((box) => { box.checked = true; });
  count();
}
