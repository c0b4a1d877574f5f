// Meta's side: news every second, and the buttons. The server renders and escapes all HTML; this script only puts it in its place.
"use strict";

const catalog = document.body.dataset.catalog;
const cards = document.querySelector("[data-cards]");
const status = document.querySelector("[data-status]");
const seen = new Map();
const seenParts = new Map();
let first = true;

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

async function send(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/_sandbox/${path}`, options);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error || "The sandbox refused this.");
  return found;
}

function build(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function replaceCard(old, html) {
  const fresh = build(html);
  const open = old.querySelector("details")?.open;
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const picture = old.querySelector("img");
  const freshPicture = fresh.querySelector("img");
  if (picture && freshPicture && picture.src === freshPicture.src) freshPicture.replaceWith(picture);
  fresh.querySelector("details").open = Boolean(open);
  if (!first) fresh.classList.add("changed");
  old.replaceWith(fresh);
  if (focus) {
    const same = focus.name ? `[name="${focus.name}"]` : focus.dataset.hand ? `button[data-hand="${focus.dataset.hand}"]` : focus.tagName;
    const target = fresh.querySelector(same);
    if (target && focus.name) target.value = focus.value; // what is being typed is not overwritten
    target?.focus();
  }
  return fresh;
}

function layCards(list) {
  const present = new Map([...cards.children].map((node) => [node.dataset.key, node]));
  let place = null;
  for (const { key, html } of list) {
    let node = present.get(key);
    present.delete(key);
    if (!node) {
      node = build(html);
      if (!first) node.classList.add("changed");
    } else if (seen.get(key) !== html) {
      node = replaceCard(node, html);
    }
    seen.set(key, html);
    const next = place ? place.nextElementSibling : cards.firstElementChild;
    if (next !== node) cards.insertBefore(node, next);
    place = node;
  }
  for (const [key, node] of present) {
    node.remove();
    seen.delete(key);
  }
}

function layParts(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const holder = document.querySelector(`[data-part="${name}"]`);
    if (seenParts.get(name) === html) continue;
    const pressed = holder.contains(document.activeElement) ? document.activeElement.dataset.fault : null;
    const open = holder.querySelector("[data-more]")?.open;
    holder.innerHTML = html;
    if (open) holder.querySelector("[data-more]").open = true;
    if (pressed) holder.querySelector(`[data-fault="${pressed}"]`)?.focus();
    seenParts.set(name, html);
  }
}

async function refresh() {
  const answer = await fetch(`/_sandbox/news${location.search}`);
  const news = await answer.json();
  layCards(news.cards);
  layParts(news.parts);
  first = false;
}

let busy = false;
async function tick() {
  if (busy || document.hidden) return;
  busy = true;
  try {
    await refresh();
    if (status.dataset.lost) say("The sandbox answers again.");
    delete status.dataset.lost;
  } catch {
    status.dataset.lost = "yes";
    say("The sandbox does not answer. It is tried again every second.");
  } finally {
    busy = false;
  }
}

async function act(work, done) {
  try {
    await work();
    say(done);
  } catch (error) {
    say(error.message);
  }
  await tick();
}

function handEdit(action, key, fields, done) {
  return act(() => send("POST", "items", { action, catalog_id: catalog, retailer_id: key, fields }), done);
}

function judge(form, key) {
  const { ruling, reason } = form.elements;
  const words = ruling.selectedOptions[0].textContent;
  const body = { catalog_id: catalog, retailer_id: key, ruling: ruling.value, reason: reason.value };
  return act(() => send("POST", "review", body), `Meta's review of ${key}: ${words}.`);
}

function toggleFault(button) {
  const kind = button.dataset.fault;
  const name = button.firstChild.textContent;
  if (button.getAttribute("aria-pressed") === "true") {
    return act(() => send("DELETE", `faults?kind=${kind}`), `${name}: off.`);
  }
  const options = JSON.parse(button.dataset.options);
  return act(() => send("POST", "faults", { ...options, kind, catalog_id: catalog }), `${name}: on.`);
}

function toggleRefusal(button, key) {
  if (button.getAttribute("aria-pressed") === "true") {
    return act(() => send("DELETE", `faults?kind=reject_item&retailer_id=${encodeURIComponent(key)}`), `${key} is accepted again.`);
  }
  return act(() => send("POST", "faults", { kind: "reject_item", catalog_id: catalog, retailer_ids: [key] }), `${key} is refused from now on.`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const key = button.closest("[data-key]")?.dataset.key;
  if (button.dataset.fault) toggleFault(button);
  else if ("clear" in button.dataset) act(() => send("DELETE", "faults"), "All faults are off.");
  else if ("add" in button.dataset) handEdit("add", `FOREIGN-${Date.now() % 100000}`, {}, "An item that is not ours was added.");
  else if (button.dataset.hand === "delete") handEdit("delete", key, {}, `${key} was deleted at Meta.`);
  else if (button.dataset.hand === "refuse") toggleRefusal(button, key);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.hand) return;
  event.preventDefault();
  const key = form.closest("[data-key]").dataset.key;
  if (form.dataset.hand === "ruling") judge(form, key);
  else handEdit("edit", key, { price: form.elements.price.value }, `The price of ${key} was changed at Meta.`);
});

for (const box of document.querySelectorAll(".chooser select")) box.addEventListener("change", () => box.form.requestSubmit());
document.addEventListener("visibilitychange", tick);
setInterval(tick, 1000);
tick();
