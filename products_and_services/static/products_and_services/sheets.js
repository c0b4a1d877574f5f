/* A page that waits for a worker looks again by itself; not while its tab is hidden. */
(function () {
  "use strict";
  var waiting = document.querySelector("[data-reload]");
  if (!waiting) { return; }
  window.setInterval(function () {
    if (!document.hidden) { window.location.reload(); }
  }, Number(waiting.getAttribute("data-reload")) * 1000);
})();
