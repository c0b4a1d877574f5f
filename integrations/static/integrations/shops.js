/* The pages about shops: of several guides the one for the kind of shop that is chosen. */
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", function () {
    var kind = document.querySelector("#storeconnection_form select[name=provider]");
    if (!kind) { return; }
    function look() {
      document.querySelectorAll("[data-guide]").forEach(function (guide) { guide.hidden = guide.dataset.guide !== kind.value; });
    }
    kind.addEventListener("change", look);
    look();
  });
})();
