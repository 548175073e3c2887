// What was seen last, kept for reading without a connection. Only answers that the server marks may be kept, for one
// person at a time; whatever says that this person is gone, or may no longer see a page, erases it.
const keeping = (() => {
  const PAGES = "pages", FILES = "files", FRAME = "frame", WHOSE = "whose";
  const LONGEST = 7 * 24 * 60 * 60 * 1000;
  const MOST = 30;
  const HASHED = /\.[0-9a-f]{12}(?=\.[a-z0-9]+$)/;
  const { home, offline, files } = self.kontor;
  // Answers on their way: path → answer, until its page says that it is to be kept. Nothing of them is stored.
  const passing = new Map();

  // Whose the kept pages are. Told by a header of every answer.
  async function whose() {
    return (await (await caches.open(WHOSE)).match(home))?.text();
  }

  async function belongTo(person) {
    if ((await whose()) === person) return;
    await erase();
    await (await caches.open(WHOSE)).put(home, new Response(person));
  }

  async function erase() {
    passing.clear();
    await Promise.all([caches.delete(PAGES), caches.delete(WHOSE)]);
  }

  async function forget(path) {
    passing.delete(path);
    await (await caches.open(PAGES)).delete(path);
  }

  async function page(request) {
    const { pathname, search } = new URL(request.url);
    let answer;
    try {
      answer = await fetch(request);
    } catch {
      return read(pathname);
    }
    // Before the answer is shown: who sees the page of somebody else finds nothing of this one's.
    await heed(pathname, search, answer);
    return answer;
  }

  async function heed(path, search, answer) {
    if (answer.type === "opaqueredirect") return forget(path);
    if (answer.status >= 500) return undefined;
    const person = answer.headers.get("Kontor-Person");
    const keep = answer.headers.get("Kontor-Keep");
    if (!person || keep === "never") return (answer.headers.get("Content-Type") ?? "").startsWith("text/html") ? erase() : undefined;
    await belongTo(person);
    if (answer.status >= 400) return forget(path);
    if (keep === "page" && !search) {
      passing.set(path, { answer: answer.clone(), person });
      if (passing.size > 4) passing.delete(passing.keys().next().value);
    }
    return undefined;
  }

  async function keep(path, title, language) {
    const found = passing.get(path);
    passing.delete(path);
    if (!found || (await whose()) !== found.person) return;
    const headers = new Headers(found.answer.headers);
    for (const name of ["Vary", "Content-Encoding", "Content-Length"]) headers.delete(name);
    headers.set("Kontor-At", Date.now());
    headers.set("Kontor-Title", encodeURIComponent(title));
    const text = await found.answer.text();
    const pages = await caches.open(PAGES);
    await pages.delete(path);
    await pages.put(path, new Response(text, { headers }));
    await tidy(pages);
    const frame = await (await caches.open(FRAME)).match(offline);
    if (frame?.headers.get("Content-Language") !== language) await fetchOfflinePage();
    await fetchFiles(text);
  }

  const at = (answer) => Number(answer.headers.get("Kontor-At"));
  const isOld = (answer) => Date.now() - at(answer) > LONGEST;
  const pathOf = (request) => new URL(request.url).pathname;

  // The newest stand last: a page that is kept anew is taken out before.
  async function tidy(pages) {
    for (const request of await pages.keys()) if (isOld(await pages.match(request))) await pages.delete(request);
    const records = (await pages.keys()).filter((request) => pathOf(request) !== home);
    for (const request of records.slice(0, Math.max(0, records.length - MOST))) await pages.delete(request);
  }

  async function list() {
    const pages = await caches.open(PAGES);
    await tidy(pages);
    const found = [];
    for (const request of (await pages.keys()).reverse()) {
      const answer = await pages.match(request);
      found.push({ path: pathOf(request), title: decodeURIComponent(answer.headers.get("Kontor-Title")), at: at(answer) });
    }
    return found;
  }

  async function read(path) {
    const found = await (await caches.open(PAGES)).match(path);
    if (found && !isOld(found)) {
      const text = (await found.text()).replace("<html ", `<html data-offline="${at(found)}" `);
      return new Response(text, { headers: found.headers });
    }
    return (await (await caches.open(FRAME)).match(offline)) ?? Response.error();
  }

  async function fetchOfflinePage() {
    const answer = await fetch(offline);
    if (!answer.ok) return;
    await (await caches.open(FRAME)).put(offline, answer.clone());
    await fetchFiles(await answer.text());
  }

  // Every file that a page names, so that it stands without a connection as it did with one.
  async function fetchFiles(text) {
    const named = new Set([...text.matchAll(/"([^"\s#]+)[#"]/g)].map((match) => match[1]).filter((path) => path.startsWith(files)));
    const cache = await caches.open(FILES);
    await Promise.all([...named].map(async (path) => {
      if (HASHED.test(path) && (await cache.match(path))) return;
      const answer = await fetch(path).catch(() => null);
      if (answer?.ok) await store(cache, path, answer);
    }));
  }

  const plain = (path) => path.replace(HASHED, "");

  // A file of a new release takes the place of the old one.
  async function store(cache, path, answer) {
    if (HASHED.test(path)) {
      for (const request of await cache.keys()) if (pathOf(request) !== path && plain(pathOf(request)) === plain(path)) await cache.delete(request);
    }
    await cache.put(path, answer);
  }

  async function file(request, path) {
    const cache = await caches.open(FILES);
    const known = HASHED.test(path) && (await cache.match(path, { ignoreVary: true }));
    if (known) return known;
    try {
      const answer = await fetch(request);
      if (answer.status === 200) await store(cache, path, answer.clone());
      return answer;
    } catch {
      const like = (await cache.keys()).find((other) => plain(pathOf(other)) === plain(path));
      return (like && (await cache.match(like, { ignoreVary: true }))) ?? Response.error();
    }
  }

  return { whose, page, file, keep, list, erase, fetchOfflinePage };
})();
