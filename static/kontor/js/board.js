// Board: cards moved by pointer with a ghost and the new sums; by keyboard with the arrows, M and the number of a stage.
export function start(board, { post, toast }) {
  const zone = document.querySelector("[data-dropzone]");
  const live = document.querySelector("[data-board-live]");
  const columns = () => [...board.querySelectorAll("[data-column]")];
  const money = (minor) => new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: board.dataset.currency, maximumFractionDigits: 0 }).format(minor / 100);
  let drag = null;

  board.querySelectorAll("[data-card]").forEach((card, at) => { card.tabIndex = at ? -1 : 0; });
  board.querySelectorAll("a, img").forEach((element) => { element.draggable = false; });

  function sums(column, change) {
    const place = column.querySelector(".k-col-sums");
    if (change === null) { if (place.dataset.before !== undefined) { place.replaceChildren(...place.kept); delete place.dataset.before; } return; }
    if (place.dataset.before !== undefined || !board.dataset.currency) return;
    place.kept = [...place.childNodes];
    place.dataset.before = "";
    const old = Object.assign(document.createElement("s"), { textContent: money(Number(place.dataset.sum)) });
    const now = Object.assign(document.createElement("b"), { textContent: money(Number(place.dataset.sum) + change) });
    place.replaceChildren(old, " → ", now);
  }

  function settle(card, from, to) {
    const value = Number(card.dataset.sum);
    for (const [column, change] of [[from, -1], [to, 1]]) {
      if (!column) continue;
      const place = column.querySelector(".k-col-sums");
      const sum = Number(place.dataset.sum) + change * value;
      place.dataset.sum = sum;
      const count = column.querySelector("[data-count]");
      if (count.textContent.trim()) count.textContent = Number(count.textContent.replace(/\D/g, "")) + change;
      const text = place.querySelector("[data-sum-text]");
      if (text && board.dataset.currency) text.textContent = money(sum);
    }
  }

  async function move(card, from, to, values) {
    const next = card.nextElementSibling;
    if (to) { to.querySelector("[data-cards]").prepend(card); settle(card, from, to); }
    let answer;
    try { answer = await post(card.dataset.moveUrl, values); } catch { answer = null; }
    if (answer?.redirected) { location.assign(answer.url); return; }
    if (answer?.ok) {
      const place = answer.headers.get("HX-Redirect");
      if (place) { location.assign(place); return; }
      for (const [name, detail] of Object.entries(events(answer))) document.body.dispatchEvent(new CustomEvent(name, { detail }));
      if (live) live.textContent = `${card.querySelector(".k-kard-title").textContent}: ${to?.querySelector("h2").textContent.trim() ?? ""}`;
      if (!to) card.remove();
      return;
    }
    if (to) {
      const home = from.querySelector("[data-cards]");
      if (next?.parentElement === home) home.insertBefore(card, next);
      else home.append(card);
      settle(card, to, from);
    }
    const text = answer && (answer.headers.get("content-type") ?? "").startsWith("text/plain") ? await answer.text() : Object.values(events(answer))[0]?.text;
    toast({ text: text || answer?.statusText || "—", level: "error" });
  }

  function events(answer) {
    try { return JSON.parse(answer?.headers.get("HX-Trigger") ?? "{}"); } catch { return {}; }
  }

  function lift(event) {
    const { card } = drag;
    const box = card.getBoundingClientRect();
    drag.ghost = card.cloneNode(true);
    drag.ghost.classList.add("is-lifted");
    drag.ghost.removeAttribute("data-card");
    drag.ghost.setAttribute("aria-hidden", "true");
    drag.ghost.style.width = `${box.width}px`;
    drag.offset = { x: event.clientX - box.left, y: event.clientY - box.top };
    document.body.append(drag.ghost);
    card.classList.add("is-origin");
    drag.gap = document.createElement("li");
    drag.gap.className = "k-gap";
    drag.gap.style.height = `${box.height}px`;
    document.body.classList.add("is-dragging");
    if (zone) zone.hidden = false;
  }

  function over(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const way = under?.closest("[data-close]");
    const column = way ? null : under?.closest("[data-column]");
    if (drag.target && drag.target !== (way ?? column)) { drag.target.classList.remove("is-target"); if (drag.target.dataset.column) sums(drag.target, null); drag.gap.remove(); }
    drag.target = null;
    if (way) { way.classList.add("is-target"); drag.target = way; }
    else if (column && column !== drag.from) {
      column.classList.add("is-target");
      drag.target = column;
      sums(column, Number(drag.card.dataset.sum));
      const list = column.querySelector("[data-cards]");
      const before = [...list.querySelectorAll("[data-card]")].find((other) => { const box = other.getBoundingClientRect(); return event.clientY < box.top + box.height / 2; });
      list.insertBefore(drag.gap, before ?? list.querySelector(".k-col-more"));
    }
  }

  function end(drop) {
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("pointercancel", onCancel);
    removeEventListener("keydown", onKey, true);
    const { card, from, target, ghost, gap } = drag;
    drag = null;
    ghost?.remove();
    gap?.remove();
    card.classList.remove("is-origin");
    document.body.classList.remove("is-dragging");
    if (zone) zone.hidden = true;
    if (target) { target.classList.remove("is-target"); if (target.dataset.column) sums(target, null); }
    if (!ghost) return;
    // The click that follows a drop opens nothing.
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    addEventListener("click", swallow, true);
    setTimeout(() => removeEventListener("click", swallow, true), 50);
    if (!drop || !target) return;
    if (target.dataset.column) move(card, from, target, { stage: target.dataset.column });
    else if (target.dataset.url) location.assign(`${target.dataset.url}${target.dataset.url.includes("?") ? "&" : "?"}pk=${card.dataset.card}`);
    else move(card, from, null, { close: target.dataset.close });
  }

  function onMove(event) {
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
      lift(event);
    }
    drag.ghost.style.left = `${event.clientX - drag.offset.x}px`;
    drag.ghost.style.top = `${event.clientY - drag.offset.y}px`;
    const box = board.getBoundingClientRect();
    if (event.clientX > box.right - 40) board.scrollLeft += 16;
    if (event.clientX < box.left + 40) board.scrollLeft -= 16;
    over(event);
  }
  const onUp = () => end(true);
  const onCancel = () => end(false);
  const onKey = (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); end(false); } };

  board.addEventListener("pointerdown", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card?.dataset.moveUrl || event.button || event.pointerType === "touch" || event.target.closest(".k-kard-menu")) return;
    drag = { card, from: card.closest("[data-column]"), x: event.clientX, y: event.clientY };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp);
    addEventListener("pointercancel", onCancel);
    addEventListener("keydown", onKey, true);
  });

  // The menu of a card is made when it is first opened: hundreds of them would be most of the page.
  function fill(card) {
    const list = card.querySelector(".k-kard-menu .k-menu-list");
    const made = document.querySelector("template[data-move-menu]")?.content.cloneNode(true).firstElementChild;
    if (!list || !made) return;
    made.action = card.dataset.moveUrl;
    made.querySelector(`button[value="${CSS.escape(card.closest("[data-column]").dataset.column)}"]`)?.remove();
    list.replaceWith(made);
  }

  board.addEventListener("click", (event) => {
    const card = event.target.closest("[data-card]");
    if (card && event.target.closest("summary")) fill(card);
    if (card && !event.target.closest("a, button, summary, form") && event.detail < 2) location.assign(card.querySelector(".k-kard-title").href);
  });

  board.addEventListener("submit", (event) => {
    const card = event.target.closest("[data-card]");
    if (!card || !event.submitter?.value) return;
    event.preventDefault();
    card.querySelector("details").open = false;
    move(card, card.closest("[data-column]"), columns().find((column) => column.dataset.column === event.submitter.value), { stage: event.submitter.value });
    card.focus();
  });

  board.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-card]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!card) {
      if (event.target === board && event.key.startsWith("Arrow")) { event.preventDefault(); board.querySelector("[data-card]")?.focus(); }
      return;
    }
    const menu = card.querySelector("details.k-menu");
    if (menu?.open) {
      const column = /^[1-9]$/.test(event.key) && columns()[Number(event.key) - 1];
      if (column) { event.preventDefault(); card.querySelector(`button[value="${CSS.escape(column.dataset.column)}"]`)?.click(); }
      return;
    }
    const here = card.closest("[data-column]");
    const siblings = [...here.querySelectorAll("[data-card]")];
    const at = siblings.indexOf(card);
    const beside = (step) => { const list = columns(); for (let to = list.indexOf(here) + step; list[to]; to += step) { const cards = list[to].querySelectorAll("[data-card]"); if (cards.length) return cards[Math.min(at, cards.length - 1)]; } return null; };
    const to = { ArrowDown: siblings[at + 1], j: siblings[at + 1], ArrowUp: siblings[at - 1], k: siblings[at - 1], ArrowRight: beside(1), ArrowLeft: beside(-1) }[event.key];
    if (to) { event.preventDefault(); to.focus(); to.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    else if (event.key.toLowerCase() === "m" && menu) { event.preventDefault(); fill(card); menu.dataset.keyboard = "1"; menu.open = true; menu.querySelector(".k-menu-item")?.focus(); }
    else if (event.key === "Enter" && event.target === card) { event.preventDefault(); location.assign(card.querySelector(".k-kard-title").href); }
  });
}
