// The bell: opening a record reads what was told of it.
let told = false;

export function start(bell, { post }) {
  if (told || !bell.querySelector(".k-bell-count") || !/\/\d+\/$/.test(location.pathname)) return;
  told = true;
  post(bell.dataset.seenUrl, { at: location.pathname }).then(() => window.htmx?.trigger(bell, "refresh"));
}
