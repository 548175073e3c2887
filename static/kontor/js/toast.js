// Toasts: one at a time, 10 s, the time stops on hover and focus. Server: HX-Trigger {"toast": {"text", "undo", "level"}}; without text: it failed.
export function start(region, { post, asset }) {
  let timer;

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ class: "k-icon", width: 16, height: 16, "aria-hidden": "true" })) svg.setAttribute(key, value);
    svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
    svg.firstChild.setAttribute("href", `${asset("icons")}#${name}`);
    return svg;
  }

  function arm(element) {
    const time = document.createElement("span");
    time.className = "k-toast-time";
    element.append(time);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    clearTimeout(timer);
    const run = calm ? null : time.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: 10000, fill: "forwards" });
    if (run) run.onfinish = () => element.remove();
    else timer = setTimeout(() => element.remove(), 10000);
    const stop = () => (run ? run.pause() : clearTimeout(timer));
    const go = () => { if (!element.matches(":hover, :focus-within")) { if (run) run.play(); else timer = setTimeout(() => element.remove(), 5000); } };
    element.addEventListener("mouseenter", stop);
    element.addEventListener("focusin", stop);
    element.addEventListener("mouseleave", go);
    element.addEventListener("focusout", () => requestAnimationFrame(go));
  }

  // Undo in place: the page is shown anew, or left where the answer says so (its record may be in the bin).
  async function take(undo, button) {
    button.disabled = true;
    let answer;
    try { answer = await post(undo); } catch { answer = null; }
    const place = answer?.headers.get("HX-Redirect");
    if (place) location.assign(place);
    else if (answer?.ok) location.reload();
    else show({ text: (answer && (answer.headers.get("content-type") ?? "").startsWith("text/plain") && (await answer.text()).slice(0, 200)) || region.dataset.failed, level: "error" });
  }

  function show({ text, url, undo, level, undo_label: label }) {
    const element = document.createElement("div");
    element.className = `k-toast${level === "error" ? " k-toast-error" : ""}`;
    element.dataset.toast = "";
    const line = document.createElement(url ? "a" : "span");
    line.className = "k-toast-text";
    if (url) line.href = url;
    line.textContent = text ?? region.dataset.failed;
    element.append(line);
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "k-toast-action";
      button.dataset.keyUndo = "";
      if (document.documentElement.dataset.keys !== "off") button.setAttribute("aria-keyshortcuts", "z");
      button.append(label ?? region.dataset.undoLabel, " ", Object.assign(document.createElement("span"), { className: "k-single", textContent: "Z" }));
      button.addEventListener("click", () => take(undo, button));
      element.append(button);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "k-toast-x";
    close.dataset.toastClose = "";
    close.setAttribute("aria-label", region.dataset.closeLabel);
    close.append(icon("x"));
    element.append(close);
    region.replaceChildren(element);
    arm(element);
  }

  region.addEventListener("submit", (event) => {
    event.preventDefault();
    take(event.target.action, event.submitter ?? event.target.querySelector("button"));
  });
  region.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
  document.body.addEventListener("toast", (event) => show(event.detail));
  region.querySelectorAll("[data-toast]").forEach(arm);
}
