// The bell: opening a record reads what was told of it. Its asking by itself never reloads a page somebody types in.
let told = false;

export function start(bell, { post }) {
  bell.addEventListener("htmx:beforeOnLoad", (event) => { if (event.detail.xhr.status !== 200) event.preventDefault(); });
  if (told || !bell.querySelector(".k-bell-count") || !/\/\d+\/$/.test(location.pathname)) return;
  told = true;
  post(bell.dataset.seenUrl, { at: location.pathname }).then(() => window.htmx?.trigger(bell, "refresh"), () => {});
}
