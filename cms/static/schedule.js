// Choosing channels: all of a kind at once, a filter for long lists, and what the button will do on how many.
import { narrow } from "./editor/fields.js";

const form = document.querySelector("[data-schedule]");
const boxes = (group) => [...group.querySelectorAll("[name=channels]:not(:disabled)")];

function tell() {
  const count = form.querySelectorAll("[name=channels]:checked").length;
  const label = form.querySelector("[data-schedule-label]");
  const now = form.querySelector("[name=when]:checked")?.value === "now";
  label.textContent = (count ? (now ? label.dataset.now : label.dataset.later) : label.dataset.none).replace("{count}", count);
  for (const group of form.querySelectorAll("[data-places]")) {
    const all = group.querySelector("[data-places-all]");
    if (!all) continue;
    const chosen = boxes(group).filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes(group).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-places-all]")) {
    for (const box of boxes(event.target.closest("[data-places]"))) {
      if (!box.closest("[data-place]").hidden) box.checked = event.target.checked;
    }
  }
  if (event.target.name === "at" && event.target.value) form.querySelector("[data-when-at]").checked = true;
  tell();
});
for (const filter of form.querySelectorAll("[data-places-filter]")) {
  filter.addEventListener("input", () => narrow(filter.closest("[data-places]"), "[data-place]", filter.value));
}
tell();
