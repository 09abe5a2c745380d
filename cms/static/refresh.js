// A part of the page that looks again by itself while something is under way (data-refresh: its address).
"use strict";
(() => {
  const PAUSE = 1500;
  const look = async (part) => {
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected && !part.contains(document.activeElement)) {
        const made = document.createElement("template");
        made.innerHTML = await answer.text();
        const fresh = made.content.firstElementChild;
        part.replaceWith(fresh);
        part = fresh;
      }
    } catch {
      // The line is gone for a moment: the page stays as it is and looks again.
    }
    again(part);
  };
  const again = (part) => {
    if (part.dataset.refresh) setTimeout(look, PAUSE, part);
  };
  document.querySelectorAll("[data-refresh]").forEach(again);
})();
