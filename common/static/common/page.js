/* Small things every page needs: forms that submit on change, questions before dangerous buttons, names for fields without a label, pages that
   wait for a worker and look again by themselves. */
(function () {
  "use strict";
  document.addEventListener("change", function (event) {
    if (event.target.matches && event.target.matches("[data-submit-on-change]")) { event.target.form.submit(); }
  });

  document.addEventListener("submit", function (event) {
    var question = event.target.getAttribute("data-confirm");
    if (question && !window.confirm(question)) { event.preventDefault(); }
  });

  // Fields in tables have a column heading instead of a label, dates have one label for two boxes, and select2 replaces a select by
  // elements of its own: each gets the name that people see. Inline rows and select2's boxes also come later.
  function seenName(field) {
    var cell = field.closest("td"), row = field.closest(".field-line, .form-row"), label = row && row.querySelector("label");
    return (cell && cell.dataset.label) || (label && label.textContent.trim()) || field.title || field.name || "Choose";
  }

  function nameFields() {
    document.querySelectorAll("form :is(input, select, textarea):not([type=hidden], [aria-label], [aria-labelledby], [name*=__prefix__])").forEach(function (field) {
      if (!field.labels || !field.labels.length) { field.setAttribute("aria-label", field.placeholder || seenName(field)); }
    });
    document.querySelectorAll(".select2-container .select2-selection:not([aria-label])").forEach(function (box) {
      var container = box.closest(".select2-container"), select = container && container.previousElementSibling;
      var label = select && select.labels && select.labels[0];
      var name = (label && label.textContent.trim()) || (select && select.getAttribute("aria-label")) || seenName(container);
      box.setAttribute("aria-label", name);
      box.querySelectorAll(".select2-selection__rendered, .select2-search__field").forEach(function (part) {
        if (part.tagName === "UL") { part.setAttribute("role", "presentation"); } else { part.setAttribute("aria-label", name); }
      });
    });
    // A picture shown as the background of a link without words.
    document.querySelectorAll("#content a[href]:not([aria-label])").forEach(function (link) {
      if (!link.textContent.trim() && !link.querySelector("img[alt]")) { link.setAttribute("aria-label", "Open the file"); }
    });
  }

  // The "Filters" button is a link without an address, which the keyboard cannot reach.
  function reachFilters() {
    document.querySelectorAll("a[x-on\\:click]:not([href])").forEach(function (link) {
      link.setAttribute("role", "button");
      link.tabIndex = 0;
      link.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); link.click(); }
      });
    });
  }

  // <… data-reload="2">: seconds. Not while the tab is hidden.
  function lookAgain() {
    var waiting = document.querySelector("[data-reload]");
    if (!waiting) { return; }
    window.setInterval(function () {
      if (!document.hidden) { window.location.reload(); }
    }, Number(waiting.getAttribute("data-reload")) * 1000);
  }

  document.addEventListener("DOMContentLoaded", function () {
    nameFields();
    reachFilters();
    lookAgain();
    new MutationObserver(nameFields).observe(document.body, { childList: true, subtree: true });
  });
})();
