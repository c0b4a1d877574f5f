// A shop's page: the buttons and forms. News and their place on the page: live.js.
import { act, live, send } from "./live.js";

const shop = `shops/${document.body.dataset.shop}`;
const DONE = {
  trash: "is in the trash.",
  restore: "is back.",
  delete: "is gone for good.",
  copy: "has a double with the same SKU.",
  change: "was saved.",
  publish: "is in the online store.",
  unpublish: "is out of the online store.",
  add_variant: "has a new variant.",
};

function nameOf(card) {
  return card.querySelector("h3").textContent;
}

function edit(action, card, id, fields) {
  return act(() => send("POST", `${shop}/products`, { action, id, fields }), `${nameOf(card)} ${DONE[action]}`);
}

function toggleFault(button) {
  const kind = button.dataset.fault;
  const name = button.firstChild.textContent;
  if (button.getAttribute("aria-pressed") === "true") {
    return act(() => send("DELETE", `${shop}/faults?kind=${kind}`), `${name}: off.`);
  }
  return act(() => send("POST", `${shop}/faults`, { ...JSON.parse(button.dataset.options), kind }), `${name}: on.`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const card = button.closest("[data-key]");
  if (button.dataset.fault) toggleFault(button);
  else if ("clear" in button.dataset) act(() => send("DELETE", `${shop}/faults`), "Everything works again.");
  else if (button.dataset.act) edit(button.dataset.act, card, Number(button.dataset.id || card.dataset.key), {});
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.hand) return;
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  if (form.dataset.hand === "add") {
    act(async () => {
      await send("POST", `${shop}/products`, { action: "add", fields });
      form.reset();
      for (const input of form.querySelectorAll("input")) input.value = input.defaultValue = "";
    }, `${fields.name} was added.`);
  } else {
    const card = form.closest("[data-key]");
    edit(form.dataset.hand, card, Number(form.dataset.id || card.dataset.key), fields);
  }
});

live(`${shop}/news`);
