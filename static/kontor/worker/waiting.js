// Notes that wait for a connection: kept with their record, their nonce and their person, sent once.
const waiting = (() => {
  let last = Promise.resolve();

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open("kontor", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("notes", { keyPath: "nonce" });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  async function store(mode, work) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction("notes", mode);
        const asked = work(transaction.objectStore("notes"));
        transaction.oncomplete = () => resolve(asked?.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  // One that was discarded meanwhile does not come back.
  const judge = (nonce, refused) => store("readwrite", (notes) => {
    const asked = notes.get(nonce);
    asked.onsuccess = () => { if (asked.result) notes.put({ ...asked.result, refused }); };
  });

  async function add(entry) {
    await store("readwrite", (notes) => notes.put(entry));
    await self.registration.sync?.register("notes").catch(() => {});
    await tell();
  }

  async function list(person) {
    const all = await store("readonly", (notes) => notes.getAll());
    return all.filter((entry) => entry.person === person).sort((one, other) => one.at - other.at);
  }

  async function drop(nonces) {
    await store("readwrite", (notes) => { for (const nonce of nonces) notes.delete(nonce); });
    await tell();
  }

  // One after the other: what is asked while notes are under way is done when they have arrived.
  function inTurn(work) {
    last = last.then(work, work);
    return last;
  }

  const send = () => inTurn(sendAll);

  const again = (nonce) => inTurn(async () => {
    await judge(nonce, null);
    await sendAll();
  });

  async function tell(sent = []) {
    for (const client of await self.clients.matchAll()) client.postMessage({ act: "waiting", sent });
  }

  async function sendAll() {
    if (!(await store("readonly", (notes) => notes.count()))) return;
    const now = await whoIsThere();
    if (!now) return;
    const sent = [];
    for (const entry of await list(now.person)) {
      if (entry.refused) continue;
      const refused = await sendOne(entry, now.token);
      if (refused === undefined) break;
      if (refused) await judge(entry.nonce, refused);
      else {
        await store("readwrite", (notes) => notes.delete(entry.nonce));
        sent.push(entry.page);
      }
    }
    await tell(sent);
  }

  // Nobody, while there is no connection or the session has ended: it waits on.
  async function whoIsThere() {
    try {
      const answer = await fetch(self.kontor.token, { headers: { "HX-Request": "true" }, redirect: "error" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  // null: taken. undefined: not answered, it waits on. Else why it was refused.
  async function sendOne(entry, token) {
    const body = new FormData();
    for (const [name, value] of entry.fields) body.append(name, value);
    let answer;
    try {
      answer = await fetch(entry.action, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } });
    } catch {
      return undefined;
    }
    if (answer.ok) return null;
    if (answer.status >= 500 || answer.status === 401 || answer.status === 429) return undefined;
    const isWords = (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
    return { status: answer.status, text: isWords ? (await answer.text()).slice(0, 300) : "" };
  }

  return { add, list, drop, again, send };
})();
