/* "Test connection" on a form that leads to another system: sends what is typed, saved or not, and shows the answer without leaving the page.
   Without this script the button tests the saved values. Texts are set as text, never as HTML. */
(function () {
  "use strict";

  var unchanged = "", KEPT = "trial of " + window.location.pathname;

  function entries(form) {
    return new URLSearchParams(new FormData(form)).toString();
  }

  function show(place, result) {
    var words = document.createElement("div"), title = document.createElement("strong"), asked = place.getAttribute("data-asked");
    var said = result.said ? " " + asked.charAt(0).toUpperCase() + asked.slice(1) + " says: “" + result.said + "”" : "";
    place.className = "banner banner-" + result.tone;
    place.textContent = "";
    words.className = "banner-words";
    title.textContent = result.text;
    words.appendChild(title);
    words.appendChild(document.createTextNode(" " + (result.to_do || "") + said));
    place.appendChild(words);
    place.scrollIntoView({ block: "nearest" });
  }

  function ask(form, place, url) {
    show(place, { tone: "blue", text: "Asking " + place.getAttribute("data-asked") + "…", to_do: "This can take half a minute." });
    fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (!answer.ok) { throw new Error("refused"); }
        return answer.json();
      })
      .then(function (result) {
        if (!result.freed) { show(place, result); return; }
        if (entries(form) === unchanged) {  // With the buttons that there are now.
          window.sessionStorage.setItem(KEPT, JSON.stringify(result));
          window.location.reload();
          return;
        }
        document.querySelectorAll(".banner-red").forEach(function (banner) { if (banner !== place) { banner.remove(); } });
        show(place, result);
      })
      .catch(function () { show(place, { tone: "red", text: "The test itself failed.", to_do: "Reload the page and try again." }); });
  }

  function showKept(place) {
    var kept = window.sessionStorage.getItem(KEPT);
    window.sessionStorage.removeItem(KEPT);
    if (kept) { show(place, JSON.parse(kept)); }
  }

  function freshButton(form) {
    var button = document.createElement("button"), tools = document.createElement("div");
    button.type = "button";
    button.className = "tool";
    button.textContent = "Test connection";
    tools.className = "tools";
    tools.appendChild(button);
    form.parentNode.insertBefore(tools, form);
    return button;
  }

  document.addEventListener("DOMContentLoaded", function () {
    var place = document.getElementById("connection-result"), form = place && place.closest("form");
    if (!form) { return; }
    unchanged = entries(form);
    showKept(place);
    var stored = document.querySelector("form[action$='/test/']");
    if (stored) {
      stored.addEventListener("submit", function (event) { event.preventDefault(); ask(form, place, stored.action); });
    } else {
      freshButton(form).addEventListener("click", function () { ask(form, place, window.location.pathname.replace(/add\/$/, "test-new/")); });
    }
  });
})();
