// Small things every page has: a question before a grave button, focus on the first error, no double submission.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-focus]")?.focus();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (form.method === "post" && !event.defaultPrevented) {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  }
});

// Coming back with the Back button shows a page as it was left: its forms may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A filter that applies as soon as it is chosen.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// A value to copy is selected whole at the first touch.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select-all]")) event.target.select();
});
