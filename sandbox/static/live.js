// News every second for the sandbox's pages. The server renders and escapes all HTML; this script only puts it in its place.
const cards = document.querySelector("[data-cards]");
const status = document.querySelector("[data-status]");
const seen = new Map();
const seenParts = new Map();
let first = true;
let busy = false;
let news = "";

export function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

export async function send(method, path, body) {
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

export async function act(work, done) {
  try {
    await work();
    say(done);
  } catch (error) {
    say(error.message);
  }
  await tick();
}

export function live(path) {
  news = path;
  for (const box of document.querySelectorAll(".chooser select")) box.addEventListener("change", () => box.form.requestSubmit());
  document.addEventListener("submit", (event) => {
    for (const input of event.target.querySelectorAll("input")) input.defaultValue = input.value; // sent: no longer being typed
  });
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 1000);
  tick();
}

function build(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function sameElement(fresh, old) {
  if (old.id) return fresh.querySelector(`#${CSS.escape(old.id)}`);
  return fresh.querySelector(old.name ? `[name="${old.name}"]` : old.dataset.hand ? `button[data-hand="${old.dataset.hand}"]` : old.tagName);
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
  const typed = [...old.querySelectorAll("input")].filter((input) => input === focus || input.value !== input.defaultValue);
  for (const input of typed) {
    const target = sameElement(fresh, input);
    if (target) target.value = input.value; // what is being typed is not overwritten
  }
  old.replaceWith(fresh);
  if (focus) sameElement(fresh, focus)?.focus();
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
  const answer = await fetch(`/_sandbox/${news}${location.search}`);
  const found = await answer.json();
  layCards(found.cards);
  layParts(found.parts);
  first = false;
}

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
