// Choosing channels: all of a kind at once, a filter for long lists, and how many are chosen.
import { read, typed } from "./dates.js";
import { narrow } from "./editor/fields.js";

const form = document.querySelector("[data-schedule]");
const boxes = (group) => [...group.querySelectorAll("[name=channels]:not(:disabled)")];

function tell() {
  const count = form.querySelectorAll("[name=channels]:checked").length;
  form.querySelector("[data-schedule-count]").textContent = count ? `(${count})` : "";
  for (const group of form.querySelectorAll("[data-places]")) {
    const all = group.querySelector("[data-places-all]");
    if (!all) continue;
    const chosen = boxes(group).filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes(group).length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

/** Beneath stands how the time is understood, with the day of the week: thứ Hai, 23/11/2026 17:30 GMT+7. */
function say(field) {
  const out = form.querySelector(`[data-said="${field}"]`);
  const found = read(form.elements.namedItem(field).value);
  if (!found?.clock) {
    out.textContent = "";
    return;
  }
  const weekday = new Date(`${found.day}T00:00:00Z`).toLocaleDateString(document.documentElement.lang, { weekday: "long", timeZone: "UTC" });
  out.textContent = `${weekday}, ${typed(found)} GMT+7`;
}

form.addEventListener("input", () => ["at", "until"].forEach(say));
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
["at", "until"].forEach(say);
