// Fields edited where they stand: pencil, double click or "e" opens, Enter saves, Esc takes back, Tab goes on.
const before = new WeakMap();
let pencil;
let detached;

export function start(root, { asset }) {
  const isTable = root.matches("table");
  const phone = matchMedia("(max-width: 639.98px)");

  // The place an element stands in: the box that is edited and the address of its editor; null where nothing is.
  function place(element) {
    if (!isTable) {
      const line = element.closest?.("[data-edit]");
      if (!line || !root.contains(line)) return null;
      const column = line.dataset.column ? `?column=${line.dataset.column}` : "";
      return { box: line.querySelector("[data-value]"), url: `${root.dataset.editBase}${line.dataset.edit}/${column}` };
    }
    const box = element.closest?.("td");
    const row = box?.closest("tr[data-row]");
    const head = row && root.tHead.rows[0].cells[box.cellIndex];
    if (!head?.dataset.edit) return null;
    return { box, url: `${root.dataset.base}${row.dataset.row}/field/${head.dataset.edit}/?column=${head.dataset.column}` };
  }

  const places = (scope) => [...scope.querySelectorAll(isTable ? "td" : "[data-value]")].map(place).filter(Boolean);

  async function open(found) {
    if (!found || found.box.querySelector("[data-inline]")) return;
    close(root.querySelector("[data-inline]"));
    pencil?.remove();
    before.set(found.box, found.box.innerHTML);
    await window.htmx.ajax("GET", found.url, { target: found.box, swap: "innerHTML" });
    settle(found.box);
  }

  // After every answer: the editor takes the focus, or the saved value is tinted for a second.
  function settle(box) {
    const editor = box.querySelector("[data-inline]");
    box.classList.toggle("is-editing", Boolean(editor));
    if (!editor) return false;
    if (!detached) { detached = document.createElement("form"); detached.id = "k-inline"; detached.hidden = true; document.body.append(detached); }
    // Inputs inside a list's own form must not travel with its bulk actions.
    editor.querySelectorAll("input, select, textarea").forEach((input) => input.setAttribute("form", "k-inline"));
    const first = editor.querySelector("[aria-invalid=true], input:not([type=hidden]), select, textarea, button");
    first?.focus();
    first?.select?.();
    return true;
  }

  function close(editor) {
    const box = editor?.closest("td, [data-value]");
    if (!box) return;
    if (editor.querySelector(".k-note")) { show(box, editor.dataset.shown); return; }
    box.innerHTML = before.get(box) ?? "";
    box.classList.remove("is-editing");
  }

  async function show(box, url) {
    await window.htmx.ajax("GET", url, { target: box, swap: "innerHTML" });
    box.classList.remove("is-editing");
  }

  async function save(editor, step) {
    const box = editor.closest("td, [data-value]");
    const scope = box.closest("tr") ?? root;
    const all = places(scope);
    const next = step ? all[all.findIndex((other) => other.box === box) + step] : null;
    const values = {};
    editor.querySelectorAll("[name]").forEach((input) => {
      if (input.matches("[type=checkbox], [type=radio]") && !input.checked) return;
      (values[input.name] ??= []).push(...(input.multiple ? [...input.selectedOptions].map((one) => one.value) : [input.value]));
    });
    await window.htmx.ajax("POST", editor.dataset.action, { target: box, swap: "innerHTML", values });
    if (settle(box)) return;
    box.classList.add("is-saved");
    setTimeout(() => box.classList.remove("is-saved"), 1000);
    if (next) open(next);
    else box.closest("tr, [data-edit]")?.querySelector("a")?.focus({ preventScroll: true });
  }

  root.addEventListener("pointerover", (event) => {
    const found = phone.matches || !isTable ? null : place(event.target);
    if (!found || found.box.classList.contains("is-editing") || found.box.contains(pencil)) return;
    pencil ??= button();
    found.box.append(pencil);
  });
  root.addEventListener("pointerleave", () => pencil?.remove());

  function button() {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "k-pencil";
    made.tabIndex = -1;
    made.setAttribute("aria-label", root.dataset.editLabel);
    made.innerHTML = `<svg class="k-icon" width="14" height="14" aria-hidden="true"><use href="${asset("icons")}#pencil"></use></svg>`;
    return made;
  }

  root.addEventListener("click", (event) => {
    const editor = event.target.closest("[data-inline]");
    if (event.target.closest("[data-inline-save]")) save(editor, 0);
    else if (event.target.closest("[data-inline-cancel]")) close(editor);
    else if (event.target.closest(".k-pencil")) open(place(event.target));
    else if (!editor) return;
    if (!event.target.closest("a:not(.k-pencil)")) event.stopPropagation();
    if (event.target.closest("a.k-pencil")) event.preventDefault();
  });

  root.addEventListener("keydown", (event) => {
    const editor = event.target.closest?.("[data-inline]");
    if (!editor || event.isComposing) return;
    const inChooser = editor.querySelector("[aria-expanded=true]");
    if (event.key === "Escape" && !inChooser) close(editor);
    else if (event.key === "Enter" && !inChooser && !event.target.matches("textarea, button")) save(editor, 0);
    else if (event.key === "Tab" && leaves(editor, event)) save(editor, event.shiftKey ? -1 : 1);
    else { event.stopPropagation(); return; }
    event.preventDefault();
    event.stopPropagation();
  });

  // Whether Tab would leave the inputs of the editor (its buttons are for the mouse).
  function leaves(editor, event) {
    const stops = [...editor.querySelectorAll("input:not([type=hidden]), select, textarea")];
    return event.target === (event.shiftKey ? stops[0] : stops.at(-1));
  }

  root.addEventListener("inline:row", (event) => open(places(event.detail.row)[0]));
}
