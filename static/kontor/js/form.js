// Forms: Ctrl+Enter saves, the first error has the focus, leaving with changes asks, one press sends once.
export function start(form) {
  let changed = false;
  let sending = false;
  const note = form.querySelector("[data-changed-note]");

  form.addEventListener("input", () => {
    changed = true;
    if (note) note.hidden = false;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
    }
  });
  form.addEventListener("submit", (event) => {
    if (sending) { event.preventDefault(); return; }
    sending = true;
    changed = false;
    const button = event.submitter ?? form.querySelector("[data-save]");
    // A disabled button would not be sent with the form, so it is only marked.
    if (button) { button.style.minWidth = `${button.offsetWidth}px`; button.setAttribute("aria-busy", "true"); if (button.dataset.busy) button.textContent = button.dataset.busy; }
    setTimeout(() => { sending = false; button?.removeAttribute("aria-busy"); }, 8000);
  });
  for (const name of ["htmx:afterRequest", "k:sent"]) form.addEventListener(name, (event) => {
    sending = false;
    const button = form.querySelector("[aria-busy]");
    button?.removeAttribute("aria-busy");
    if (event.detail.successful && form.hasAttribute("data-composer")) { form.reset(); form.classList.remove("has-files"); changed = false; }
  });
  addEventListener("beforeunload", (event) => { if (changed && form.isConnected && form.hasAttribute("data-guard")) event.preventDefault(); });
  addEventListener("pageshow", () => { sending = false; });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-datepick]");
    if (!button) return;
    const picker = button.parentElement.querySelector(".k-datepick");
    picker.onchange = () => {
      const text = button.parentElement.querySelector(".form-control");
      text.value = picker.value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
      text.focus();
    };
    picker.showPicker();
  });

  const wrong = form.querySelector("[aria-invalid='true']");
  if (wrong) wrong.focus({ preventScroll: false });
}
