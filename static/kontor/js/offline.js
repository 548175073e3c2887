// Without a connection: starts the worker, says that what is shown is how it stood, and locks what cannot be done.
const root = document.documentElement;
const LOCKED = "button, select, input[type=checkbox], input[type=radio], input[type=file]";
const FREE = "form[data-queue], .k-waiting, .k-waiting-note, .k-toasts, dialog, [data-copy], [data-files]";
const AGAIN = 15000;
const LEAVING = 5000;
const opened = Date.now();
const isOldCopy = "offline" in root.dataset;
const registered = register(document.querySelector("[data-worker]")?.dataset.worker);

async function register(address) {
  if (!address || !navigator.serviceWorker) return null;
  try {
    if (!(await navigator.serviceWorker.register(address, { updateViaCache: "none" }))) return null;
    return await Promise.race([navigator.serviceWorker.ready, new Promise((resolve) => { setTimeout(resolve, 5000, null); })]);
  } catch { return null; }
}

// Asks the worker; undefined where there is none.
export async function ask(message) {
  const worker = navigator.serviceWorker?.controller ?? (await registered)?.active;
  if (!worker) return undefined;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data.failed ? undefined : data.value ?? null);
    worker.postMessage(message, [port2]);
    setTimeout(resolve, 8000, undefined);
  });
}

// Also where the page is not served safely, and there is no randomUUID.
export const newNonce = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// A link that was pressed is not overtaken by a page that renews itself.
let leftAt = -Infinity;
addEventListener("beforeunload", () => { leftAt = performance.now(); });
export function renewPage() {
  if (performance.now() - leftAt > LEAVING) location.reload();
}

const CHOICE = "kontor-keeps";
const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
// What the page is called, without the company.
export const titleOf = () => document.title.replace(/ · [^·]*$/, "");
export const isWanted = (person) => localStorage.getItem(CHOICE) === person;
export const want = (person, on) => (on ? localStorage.setItem(CHOICE, person) : localStorage.removeItem(CHOICE));

// A moment in the person's own time zone, as everything on the page.
export function timeOf(moment) {
  const timeZone = document.querySelector("[data-zone]")?.dataset.zone;
  const time = { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const dayOf = (when) => new Date(when).toLocaleDateString("en", { timeZone });
  const isToday = dayOf(moment) === dayOf(Date.now());
  return new Date(moment).toLocaleString(root.lang, isToday ? time : { day: "numeric", month: "long", ...time });
}

export async function start(banner) {
  const { person, probe, said, back, renew, away } = banner.dataset;
  let timer;

  async function isConnected() {
    try { return (await fetch(probe, { cache: "no-store" })).ok; } catch { return false; }
  }

  function lock(on) {
    for (const one of document.querySelectorAll(on ? LOCKED : "[data-locked]")) {
      if (on && (one.disabled || one.closest(FREE))) continue;
      one.disabled = on;
      one.toggleAttribute("data-locked", on);
    }
  }

  async function fade(on) {
    const kept = new Set(on ? ((await ask({ act: "kept" })) ?? []).map(({ path }) => path) : []);
    for (const link of document.querySelectorAll(on ? "a[href^='/']" : ".k-away")) {
      const isAway = on && !kept.has(link.pathname);
      link.classList.toggle("k-away", isAway);
      if (isAway) { link.setAttribute("aria-disabled", "true"); link.title ||= away; } else link.removeAttribute("aria-disabled");
      if (!isAway && link.title === away) link.removeAttribute("title");
    }
  }

  function draw(isOffline) {
    root.toggleAttribute("data-offline", isOffline || isOldCopy);
    if (isOffline) banner.textContent = said.replace("{time}", timeOf(isOldCopy ? asOf : opened));
    else if (isOldCopy) {
      const link = Object.assign(document.createElement("a"), { href: "", textContent: renew });
      banner.replaceChildren(`${back} `, link);
    } else banner.textContent = "";
    lock(isOffline || isOldCopy);
    return fade(isOffline);
  }

  const asOf = Number(root.dataset.offline);
  async function look() {
    clearTimeout(timer);
    const isOffline = !(await isConnected());
    await draw(isOffline);
    if (isOffline) timer = setTimeout(look, AGAIN);
    else await ask({ act: "send" });
  }

  addEventListener("offline", look);
  addEventListener("online", look);
  if (isOldCopy || !navigator.onLine) await look();
  else if (person && (isInstalled() || isWanted(person))) await ask({ act: "keep", path: location.pathname, title: titleOf(), language: root.lang });
}
