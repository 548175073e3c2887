// Quick add: the few fields of a new record in a dialog over any page. Without it the links lead to the whole form.
export function start(dialog) {
  const body = dialog.querySelector("#k-quick-body");
  let url = "";

  async function open(address) {
    url = address;
    await window.htmx.ajax("GET", address, { target: body, swap: "innerHTML" });
    if (!body.querySelector("form")) return;
    if (!dialog.open) dialog.showModal();
    body.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  // The list of the same type shows the new row at once.
  const inList = () => location.pathname === new URL(url, location.href).pathname.replace(/new\/quick\/$/, "");

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-quick]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("details.k-menu")?.removeAttribute("open");
    open(link.dataset.quick);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-quick-close]")) dialog.close();
    const more = event.target.closest("[data-more]");
    if (!more) return;
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(body.querySelector("form"))) if (value && !["nonce", "pasted"].includes(name) && !name.endsWith("__text")) values.append(name, value);
    location.assign(`${more.dataset.more}?${values}`);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      body.querySelector("[data-again]")?.click();
    }
  }, { capture: true });
  body.addEventListener("htmx:configRequest", (event) => { if (event.detail.verb === "post" && inList()) event.detail.parameters.reload = "1"; });
  document.body.addEventListener("quick:saved", (event) => {
    if (event.detail.again) { open(url); return; }
    dialog.close();
    if (inList()) location.reload();
  });
}
