/* Cells that refresh themselves.
   A cell: <span data-live-url="..." data-live-id="12:status">. Answer of the address: {"items": {"12:status": "<html>"}}.
   The HTML comes from our own server, already escaped there. Polling stops while the tab is hidden and slows down on errors. */
(function () {
  "use strict";
  var EVERY = 2000, SLOWEST = 30000, MOST = 100;
  var wait = EVERY, timer = null;

  function cellsByUrl() {
    var groups = {};
    document.querySelectorAll("[data-live-url][data-live-id]").forEach(function (cell) {
      var url = cell.getAttribute("data-live-url");
      if (url) { (groups[url] = groups[url] || []).push(cell); }
    });
    return groups;
  }

  function show(cells, items) {
    cells.forEach(function (cell) {
      var html = items[cell.getAttribute("data-live-id")];
      if (html !== undefined && cell.dataset.liveHtml !== html) {
        if (cell.dataset.liveHtml !== undefined || cell.innerHTML !== html) { cell.innerHTML = html; }
        cell.dataset.liveHtml = html;
      }
    });
  }

  function ask(url, cells) {
    var ids = Array.from(new Set(cells.map(function (cell) { return cell.getAttribute("data-live-id"); })));
    var address = url + (url.indexOf("?") < 0 ? "?" : "&") + "ids=" + encodeURIComponent(ids.join(","));
    return fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok || answer.redirected) { throw new Error("not now"); }
      return answer.json();
    }).then(function (data) { show(cells, data.items || {}); });
  }

  function round() {
    timer = null;
    if (document.hidden) { return; }
    var groups = cellsByUrl(), calls = [];
    Object.keys(groups).forEach(function (url) {
      for (var start = 0; start < groups[url].length; start += MOST) { calls.push(ask(url, groups[url].slice(start, start + MOST))); }
    });
    if (!calls.length) { return; }
    Promise.all(calls).then(function () { wait = EVERY; }, function () { wait = Math.min(wait * 2, SLOWEST); }).then(again);
  }

  function again() { if (timer === null && !document.hidden) { timer = window.setTimeout(round, wait); } }

  document.addEventListener("visibilitychange", function () { if (!document.hidden) { wait = EVERY; again(); } });
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", again); } else { again(); }
})();
