/* The pages about shops. "Test connection" sends what is typed, saved or not, and shows the answer without leaving the page; without
   this script the button tests the saved values. A page that waits for a worker looks again by itself. Texts are set as text, never HTML. */
(function () {
  "use strict";

  var unchanged = "";

  function entries(form) {
    return new URLSearchParams(new FormData(form)).toString();
  }

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
    var place = box(form), words = document.createElement("div"), title = document.createElement("strong");
    place.className = "banner banner-" + result.tone;
    place.textContent = "";
    words.className = "banner-words";
    title.textContent = result.text;
    words.appendChild(title);
    words.appendChild(document.createTextNode(" " + (result.to_do || "") + (result.said ? " The shop says: “" + result.said + "”" : "")));
    place.appendChild(words);
    place.scrollIntoView({ block: "nearest" });
  }

  function ask(form, url) {
    show(form, { tone: "blue", text: "Asking the shop…", to_do: "This can take half a minute." });
    fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error("refused"); }
        return answer.json();
      })
      .then(function (result) {
        if (!result.freed) { show(form, result); return; }
        if (entries(form) === unchanged) { window.location.reload(); return; }  // With the buttons that there are now.
        document.querySelectorAll(".banner-red").forEach(function (banner) { banner.remove(); });
        show(form, result);
      })
      .catch(function () { show(form, { tone: "red", text: "The test itself failed.", to_do: "Reload the page and try again." }); });
  }

  function offerTest(form) {
    var button = document.querySelector("form[action$='/test/']");
    if (button) {
      button.addEventListener("submit", function (event) { event.preventDefault(); ask(form, button.action); });
      return;
    }
    var fresh = document.createElement("button"), tools = document.createElement("div");
    fresh.type = "button";
    fresh.className = "tool";
    fresh.textContent = "Test connection";
    fresh.addEventListener("click", function () { ask(form, window.location.pathname.replace(/add\/$/, "test-new/")); });
    tools.className = "tools";
    tools.appendChild(fresh);
    form.parentNode.insertBefore(tools, form);
  }

  /* Of several guides the one for the kind of shop that is chosen. */
  function offerGuide(kind) {
    function look() {
      document.querySelectorAll("[data-guide]").forEach(function (guide) { guide.hidden = guide.dataset.guide !== kind.value; });
    }
    kind.addEventListener("change", look);
    look();
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.getElementById("storeconnection_form"), waiting = document.querySelector("[data-reload]");
    if (form && form.querySelector("[name=store_url]")) {
      unchanged = entries(form);
      offerTest(form);
    }
    if (form && form.querySelector("select[name=provider]")) { offerGuide(form.querySelector("select[name=provider]")); }
    if (waiting) {
      window.setInterval(function () {
        if (!document.hidden) { window.location.reload(); }
      }, Number(waiting.getAttribute("data-reload")) * 1000);
    }
  });
})();
