/* A run's page: when the run ends or waits for somebody, other buttons apply, so the page is drawn anew. */
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var cell = document.querySelector("body.change-form [data-live-id$=':state']"), moving = /Queued|Running|No news/;
    if (!cell || !moving.test(cell.textContent)) { return; }
    new MutationObserver(function () {
      if (!moving.test(cell.textContent)) { window.location.reload(); }
    }).observe(cell, { childList: true, subtree: true, characterData: true });
  });
})();
