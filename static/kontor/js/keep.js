// Tells the server where the list stands, so that it opens like this next time. Leaving the page at once does not stop it.
export function start(element, { post }) {
  post(element.dataset.url, {}, { keepalive: true }).catch(() => {});
}
