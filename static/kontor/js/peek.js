// The side panel of a list: shows the row under the cursor, walks with it, and stands in the address.
export function start(aside) {
  const table = document.querySelector("table[data-module~=list]");
  if (!table) return;
  const wide = matchMedia("(min-width: 1024px)");
  const rows = () => [...table.tBodies[0].rows].filter((row) => row.dataset.row);
  const shown = () => rows().find((row) => row.dataset.row === aside.dataset.pk);

  async function show(row, push = true) {
    const wasOpen = !aside.hidden;
    aside.dataset.pk = row.dataset.row;
    await window.htmx.ajax("GET", `${table.dataset.base}${row.dataset.row}/peek/`, { target: aside, swap: "innerHTML" });
    if (!aside.querySelector(".k-peek-head")) return;
    aside.hidden = false;
    mark(row);
    if (!push) return;
    const url = new URL(location.href);
    url.searchParams.set("peek", row.dataset.row);
    history[wasOpen ? "replaceState" : "pushState"]({ peek: true }, "", url);
  }

  function mark(row) {
    rows().forEach((other) => other.classList.toggle("is-peeked", other === row));
    const range = document.querySelector(".k-pages span")?.textContent ?? "";
    const first = Number(range.match(/\d+/)?.[0] ?? 1);
    const total = document.querySelector(".k-foot-sums b")?.textContent ?? "";
    const place = aside.querySelector("[data-peek-place]");
    if (place) place.textContent = ` · ${first + rows().indexOf(row)}${total ? ` / ${total}` : ""}`;
  }

  function hide(push = true) {
    if (aside.hidden) return;
    aside.hidden = true;
    const row = shown();
    rows().forEach((other) => other.classList.remove("is-peeked"));
    delete aside.dataset.pk;
    row?.querySelector("a")?.focus({ preventScroll: true });
    if (!push) return;
    const url = new URL(location.href);
    url.searchParams.delete("peek");
    if (history.state?.peek) history.back();
    else history.replaceState({}, "", url);
  }

  function step(by) {
    const list = rows();
    const next = list[list.indexOf(shown()) + by];
    if (!next) return;
    table.dispatchEvent(new CustomEvent("list:cursor", { detail: { row: next } }));
    show(next);
  }

  table.addEventListener("list:peek", (event) => {
    if (!wide.matches) location.assign(event.detail.row.dataset.url);
    else if (event.detail.row === shown()) hide();
    else show(event.detail.row);
  });
  table.addEventListener("list:moved", (event) => { if (!aside.hidden && wide.matches) show(event.detail.row); });
  aside.addEventListener("click", (event) => {
    if (event.target.closest("[data-peek-close]")) hide();
    const walk = event.target.closest("[data-peek-step]");
    if (walk) step(Number(walk.dataset.peekStep));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || aside.hidden || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    hide();
  }, { capture: true });
  addEventListener("popstate", () => {
    const pk = new URL(location.href).searchParams.get("peek");
    const row = pk && rows().find((other) => other.dataset.row === pk);
    if (row) show(row, false);
    else hide(false);
  });
  if (!aside.hidden && shown()) mark(shown());
}
