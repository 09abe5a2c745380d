// A button that copies what stands in a control; without a clipboard the text is selected, ready for Ctrl+C.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const control = document.querySelector(button.dataset.copy);
  control.select();
  try {
    await navigator.clipboard.writeText(control.value);
    button.querySelector("span").textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
  } catch {
    control.focus();
  }
});
