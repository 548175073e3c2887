// Starts the modules a page asks for by data-module, now and after every htmx swap.
const root = document.documentElement;
root.classList.add("k-js");

const modules = document.querySelector('meta[name="k-modules"]').dataset;
const started = new WeakMap();

export const csrf = () => document.querySelector('meta[name="k-csrf"]')?.content ?? "";
export const asset = (name) => modules[name];

export function post(url, values = {}, options = {}) {
  const body = values instanceof FormData ? values : new URLSearchParams(values);
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" }, credentials: "same-origin", redirect: "follow", ...options });
}

export function toast(detail) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
}

// Who switched single keys off gets none: no listener of a page ever sees one outside of a field (WCAG 2.1.4).
const singleKeys = root.dataset.keys !== "off";
if (!singleKeys) {
  addEventListener("keydown", (event) => {
    const isSign = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isSign && !event.target.closest?.("input, textarea, select")) event.stopPropagation();
  }, true);
}

async function start(element) {
  for (const name of element.dataset.module.split(" ")) {
    const known = started.get(element) ?? new Set();
    if (known.has(name) || !modules[name]) continue;
    started.set(element, known.add(name));
    const module = await import(modules[name]);
    module.start(element, { post, toast, asset });
  }
}

function scan(scope) {
  if (scope.matches?.("[data-module]")) start(scope);
  scope.querySelectorAll("[data-module]").forEach(start);
  paint(scope);
}

// Widths and positions given as data, set through CSSOM because the policy allows no style attributes.
function paint(scope) {
  scope.querySelectorAll("[data-width]").forEach((element) => { element.style.width = `${element.dataset.width}%`; });
}

// What a column cuts off is told whole in a tooltip.
document.addEventListener("pointerover", (event) => {
  const cut = event.target.closest?.(".k-cut");
  if (cut && !cut.title && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent.trim();
});

function follow() {
  const head = document.querySelector(".k-facts, .k-stagebar, .k-head");
  if (document.querySelector(".k-shrink") && head) {
    new IntersectionObserver(([entry]) => root.classList.toggle("is-scrolled", !entry.isIntersecting && entry.boundingClientRect.top < 60), { rootMargin: "-48px 0px 0px" }).observe(head);
  }
  const spy = document.querySelector("[data-spy]");
  if (!spy) return;
  const links = new Map([...spy.querySelectorAll("a[href^='#']")].map((link) => [document.querySelector(link.hash), link]));
  links.delete(null);
  const mark = (section) => links.forEach((link, other) => (other === section ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  const timeline = document.getElementById("timeline");
  if (timeline && links.has(timeline) && matchMedia("(max-width: 639.98px)").matches) mark(timeline);
  // The last sections cannot come up to the tabs: what was chosen stays marked until one scrolls on.
  let chosen = null;
  spy.addEventListener("click", (event) => {
    chosen = event.target.closest("a");
    if (chosen) mark(document.querySelector(chosen.hash));
  });
  ["wheel", "touchmove", "keydown"].forEach((name) => addEventListener(name, () => { chosen = null; }, { passive: true }));
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
    const phone = matchMedia("(max-width: 639.98px)").matches;
    const first = [...links.keys()].find((section) => seen.has(section) && (phone || section.id !== "timeline"));
    if (first && !chosen) mark(first);
  }, { rootMargin: "-130px 0px -40%" });
  links.forEach((_, section) => observer.observe(section));
}

// The side bar folds at once; the server keeps the choice.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-sidebar-form]");
  if (!form) return;
  event.preventDefault();
  const { value } = event.submitter;
  root.dataset.sidebar = value;
  post(form.action, { sidebar: value });
});

// Without a connection nothing asks by itself: what is shown stays.
document.addEventListener("htmx:beforeRequest", (event) => { if ("offline" in root.dataset) event.preventDefault(); });
document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
document.addEventListener("htmx:responseError", () => toast({ level: "error" }));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]") && history.length > 1) { event.preventDefault(); history.back(); }
});
document.addEventListener("click", (event) => {
  const star = event.target.closest("[data-star] button");
  if (star && window.htmx) star.setAttribute("aria-pressed", star.getAttribute("aria-pressed") === "true" ? "false" : "true");
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-files]")) {
    const form = event.target.form;
    const names = [...event.target.files].map((file) => file.name).join(", ");
    form.classList.toggle("has-files", Boolean(names));
    const line = form.querySelector("[data-files-names]");
    if (line) line.textContent = names;
  }
});

scan(document.body);
follow();
for (const name of ["menu", "keys"]) import(modules[name]).then((module) => module.start(document.body, { post, toast, asset, singleKeys }));
