// Light or dark before the first paint: the reader's own choice, else the machine's.
"use strict";
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try {
      return localStorage.getItem("dakenh-theme") || "auto";
    } catch {
      return "auto";
    }
  }
  function apply() {
    const theme = chosen();
    document.documentElement.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  }
  dark.addEventListener("change", apply);
  apply();

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-next]")) {
      const word = button.querySelector("span");
      const say = () => {
        word.textContent = button.dataset["words" + chosen()[0].toUpperCase() + chosen().slice(1)];
      };
      say();
      button.addEventListener("click", (event) => {
        event.stopPropagation();
        const order = ["auto", "light", "dark"];
        try {
          localStorage.setItem("dakenh-theme", order[(order.indexOf(chosen()) + 1) % order.length]);
        } catch {
          return;
        }
        apply();
        say();
      });
    }
  });
})();
