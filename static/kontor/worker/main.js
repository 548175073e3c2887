// What the worker hears: requests of pages and files, words of pages, the connection that is back.
/* global keeping, waiting */
self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keeping.fetchOfflinePage().catch(() => {}));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(self.kontor.files)) event.respondWith(keeping.file(request, pathname));
  else if (request.mode === "navigate") event.respondWith(keeping.page(request));
});

const heard = {
  keep: ({ path, title, language }) => keeping.keep(path, title, language),
  kept: () => keeping.list(),
  erase: () => keeping.erase(),
  queue: ({ entry }) => waiting.add(entry),
  waiting: async ({ person }) => waiting.list(person || (await keeping.whose())),
  send: () => waiting.send(),
  again: ({ nonce }) => waiting.again(nonce),
  drop: ({ nonces }) => waiting.drop(nonces),
};

self.addEventListener("message", (event) => {
  const answer = Promise.resolve(heard[event.data.act]?.(event.data)).then((value) => ({ value }), () => ({ failed: true }));
  event.waitUntil(answer.then((said) => event.ports[0]?.postMessage(said)));
});

self.addEventListener("sync", (event) => event.waitUntil(waiting.send()));
