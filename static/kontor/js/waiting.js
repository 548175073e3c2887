// Notes and calls: sent from their page; without a connection the worker keeps them, and they are shown until they are sent.
const TEXTS = ["text", "said"];

export async function start(section, { asset, post, toast }) {
  const { ask, newNonce, renewPage, titleOf } = await import(asset("offline"));
  const template = section.querySelector("[data-note]");
  const leaving = document.querySelector("[data-leaving]");
  const words = section.dataset;
  const root = document.documentElement;

  const ownForm = (entry) => [...document.querySelectorAll("form[data-queue]")].find((form) => new URL(form.action).pathname === entry.action);
  const valueOf = (entry) => entry.fields.filter(([name, value]) => TEXTS.includes(name) && value).map(([, value]) => value).join("\n");

  function note(entry) {
    const element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => element.querySelector(`[data-${name}]`);
    const { refused } = entry;
    element.classList.toggle("is-refused", Boolean(refused));
    part("state").textContent = refused ? refused.text || words[refused.status] || words.other : words.state;
    if (ownForm(entry)) part("record").remove();
    else Object.assign(part("record"), { href: entry.page, textContent: entry.title });
    part("text").textContent = valueOf(entry);
    part("names").textContent = entry.fields.filter(([, value]) => value instanceof File).map(([, file]) => file.name).join(", ");
    // The composer above folds when it loses the focus: the button would be gone before it is let go.
    element.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
    part("again").hidden = !refused;
    part("again").addEventListener("click", async ({ currentTarget }) => {
      currentTarget.disabled = true;
      await ask({ act: "again", nonce: entry.nonce });
      currentTarget.disabled = false;
      await draw();
    });
    part("drop").addEventListener("click", () => ask({ act: "drop", nonces: [entry.nonce] }));
    part("copy-note").addEventListener("click", async () => { await navigator.clipboard.writeText(valueOf(entry)); toast({ text: words.copied }); });
    return element;
  }

  let drawn = "[]";
  async function draw() {
    const entries = (await ask({ act: "waiting", person: words.person })) ?? [];
    const old = document.querySelectorAll(".k-waiting-note");
    const wanted = JSON.stringify(entries.map(({ nonce, refused }) => [nonce, refused]));
    // What stands is not put anew: a button would be gone while it is pressed.
    if (wanted === drawn && old.length === entries.length) return entries;
    drawn = wanted;
    old.forEach((one) => one.remove());
    for (const entry of entries) {
      const form = ownForm(entry);
      if (form) form.after(note(entry));
      else section.append(note(entry));
    }
    section.hidden = !section.querySelector(".k-waiting-note");
    return entries;
  }

  function nonceOf(form) {
    form.dataset.nonce ||= newNonce();
    return form.dataset.nonce;
  }

  function cleared(form, successful) {
    if (successful) delete form.dataset.nonce;
    form.dispatchEvent(new CustomEvent("k:sent", { detail: { successful } }));
  }

  async function keep(form, body, refused = null) {
    body.delete("csrfmiddlewaretoken");
    const fields = [...body].filter(([, value]) => !(value instanceof File) || value.name);
    const entry = { nonce: body.get("nonce"), person: words.person, action: new URL(form.action).pathname, page: location.pathname, title: titleOf(), at: Date.now(), fields, refused };
    const isKept = (await ask({ act: "queue", entry })) !== undefined;
    if (!isKept) toast({ text: words.failed, level: "error" });
    cleared(form, isKept);
    await draw();
    // Whether the connection is gone is found out, said, and tried again by the page's own line.
    if (!refused) dispatchEvent(new Event("offline"));
  }

  function go(address) {
    const place = new URL(address, location.href);
    if (place.pathname !== location.pathname) { location.assign(place); return; }
    location.hash = place.hash;
    location.reload();
  }

  async function send(form) {
    const body = new FormData(form);
    body.set("nonce", nonceOf(form));
    let answer;
    try { answer = await post(form.action, body); } catch { await keep(form, body); return; }
    if (answer.ok) { cleared(form, true); go(answer.headers.get("HX-Redirect") ?? location.pathname); }
    // What is refused at once is shown by the page itself, beside its field.
    else if (answer.status === 422) form.submit();
    else await keep(form, body, answer.status === 401 ? null : { status: answer.status, text: "" });
  }

  async function signOut(form) {
    const entries = (await ask({ act: "waiting", person: words.person })) ?? [];
    if (entries.length) {
      leaving.showModal();
      await new Promise((resolve) => { leaving.addEventListener("close", resolve, { once: true }); });
      if (leaving.returnValue !== "leave") return;
      await ask({ act: "drop", nonces: entries.map((entry) => entry.nonce) });
    }
    await ask({ act: "erase" });
    form.submit();
  }

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target.matches("form[data-queue]:not([hx-post])")) { event.preventDefault(); send(event.target); }
    if (event.target.matches("form[data-signout]")) { event.preventDefault(); signOut(event.target); }
  });

  const isTyped = () => [...document.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
  navigator.serviceWorker?.addEventListener("message", async ({ data }) => {
    if (data.act !== "waiting") return;
    await draw();
    if (data.sent.includes(location.pathname) && !isTyped() && !("offline" in root.dataset)) renewPage();
  });
  if ((await draw()).length && !("offline" in root.dataset)) await ask({ act: "send" });
}
