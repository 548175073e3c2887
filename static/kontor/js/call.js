// "Log the call?": a tapped number is remembered in this tab alone; whoever comes back from the call is asked how it ended.
const KEY = "k-call";
const LATEST = 2 * 60 * 60 * 1000;

export function start(box, { asset, post, toast }) {
  const title = box.querySelector("[data-call-title]");
  const ended = box.querySelector("[data-call-ended]");
  let timer;

  const keep = (call) => sessionStorage.setItem(KEY, JSON.stringify(call));

  function kept() {
    const call = JSON.parse(sessionStorage.getItem(KEY));
    return call && call.person === box.dataset.person && Date.now() - call.at < LATEST ? call : null;
  }

  // What the number stands in says whose it is: a link, a strip, a row of a list, a panel, a page.
  function begun(link) {
    const row = link.closest("tr[data-row]");
    const base = link.closest("table[data-base]")?.dataset.base;
    const url = row && base ? `${base}${row.dataset.row}/call/` : link.closest("[data-call]")?.dataset.call;
    const who = link.closest("[data-call-who]")?.dataset.callWho ?? "";
    return url ? { url, who, with: link.closest("[data-call-with]")?.dataset.callWith ?? "" } : null;
  }

  function say(call) {
    const minutes = Math.floor((Date.now() - call.ended) / 60000);
    const ago = new Intl.RelativeTimeFormat(document.documentElement.lang).format(-minutes, "minute");
    ended.textContent = minutes ? box.dataset.ago.replace("{ago}", ago) : box.dataset.now;
  }

  function back() {
    const call = kept();
    if (!call?.left || document.hidden) return;
    call.ended ??= Date.now();
    keep(call);
    if (!box.hidden) return;
    title.textContent = box.dataset.title.replace("{who}", call.who);
    box.hidden = false;
    say(call);
    timer = setInterval(say, 20000, call);
    if (document.activeElement === document.body || document.activeElement.matches("a[href^='tel:']")) title.focus({ preventScroll: true });
  }

  function leave() {
    const call = kept();
    if (call && !call.left) keep({ ...call, left: true });
  }

  function close() {
    sessionStorage.removeItem(KEY);
    clearInterval(timer);
    box.hidden = true;
    box.reset();
    box.querySelector("details").open = false;
  }

  // The call appears at once where its timeline is on the page.
  function show(url) {
    const own = document.querySelector(`#timeline form[action="${url}"]`);
    if (own) window.htmx.ajax("GET", location.pathname, { target: "#timeline .k-tl", select: "#timeline .k-tl", swap: "outerHTML" });
  }

  // Without a connection it waits beside the notes.
  async function wait(ask, call, given) {
    const page = call.url.replace(/call\/$/, "");
    const entry = { nonce: given.nonce, person: box.dataset.person, action: call.url, page, title: call.who, at: Date.now(), fields: Object.entries(given), refused: null };
    if ((await ask({ act: "queue", entry })) === undefined) toast({ level: "error" });
    else close();
  }

  async function log(outcome) {
    const call = kept();
    if (!call?.url) { close(); return; }
    const { url } = call;
    const { ask, newNonce } = await import(asset("offline"));
    const given = { outcome, with: call.with, said: box.elements.said.value, nonce: newNonce() };
    box.setAttribute("aria-busy", "true");
    let answer;
    try { answer = await post(url, given); } catch { await wait(ask, call, given); return; } finally { box.removeAttribute("aria-busy"); }
    if (!answer?.ok) { toast({ level: "error" }); return; }
    close();
    toast(JSON.parse(answer.headers.get("HX-Trigger")).toast);
    show(url);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='tel:']");
    const call = link && begun(link);
    if (call) { close(); keep({ ...call, person: box.dataset.person, at: Date.now() }); }
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : back()));
  addEventListener("pagehide", leave);
  addEventListener("blur", leave);
  addEventListener("focus", back);
  addEventListener("pageshow", back);
  box.addEventListener("submit", (event) => { event.preventDefault(); if (event.submitter && !box.ariaBusy) log(event.submitter.value); });
  box.addEventListener("click", (event) => { if (event.target.closest("[data-call-close]")) close(); });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  back();
}
