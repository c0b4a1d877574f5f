// Meta's side: the buttons and forms. News and their place on the page: live.js.
import { act, live, send } from "./live.js";

const catalog = document.body.dataset.catalog;

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

live("news");
