/* "Test connection" on the Meta App Config form: sends what is typed, saved or not, and shows the answer without leaving the page.
   Without this script the button tests the saved values. Texts are set as text, never as HTML. */
(function () {
  "use strict";

  function box(form) {
    var found = document.getElementById("connection-result");
    if (!found) {
      found = document.createElement("div");
      found.id = "connection-result";
      found.setAttribute("role", "status");
      form.parentNode.insertBefore(found, form);
    }
    return found;
  }

  function show(form, result) {
    var place = box(form);
    place.className = "banner banner-" + result.tone;
    place.textContent = "";
    var words = document.createElement("div");
    words.className = "banner-words";
    var title = document.createElement("strong");
    title.textContent = result.text;
    words.appendChild(title);
    words.appendChild(document.createTextNode(" " + (result.to_do || "") + (result.said ? " Meta says: “" + result.said + "”" : "")));
    place.appendChild(words);
    place.scrollIntoView({ block: "nearest" });
  }

  function ask(form, url) {
    show(form, { tone: "blue", text: "Asking Meta…" });
    fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error("refused"); }
        return answer.json();
      })
      .then(function (result) { show(form, result); })
      .catch(function () { show(form, { tone: "red", text: "The test itself failed.", to_do: "Reload the page and try again." }); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.getElementById("metaappconfig_form");
    if (!form || !form.querySelector("[name=access_token]")) { return; }
    var button = document.querySelector("form[action$='/test/']");
    if (button) {
      button.addEventListener("submit", function (event) { event.preventDefault(); ask(form, button.action); });
      return;
    }
    var fresh = document.createElement("button");
    fresh.type = "button";
    fresh.className = "tool";
    fresh.textContent = "Test connection";
    fresh.addEventListener("click", function () { ask(form, form.ownerDocument.location.pathname.replace(/add\/$/, "test-new/")); });
    var tools = document.createElement("div");
    tools.className = "tools";
    tools.appendChild(fresh);
    form.parentNode.insertBefore(tools, form);
  });
})();
