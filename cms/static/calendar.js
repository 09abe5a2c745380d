// Fields for days and times: what is typed is tidied or told to be wrong at once, and a calendar is behind a button.
import { read, typed } from "./dates.js";

/** Understood as this field needs it: a day, or a day and a clock. */
function understood(box) {
  const found = read(box.querySelector("[data-wrong]").value);
  const moment = box.dataset.dated === "moment";
  return found && (!moment || found.clock) ? { day: found.day, clock: moment ? found.clock : "" } : null;
}

function tidy(box) {
  const field = box.querySelector("[data-wrong]");
  const found = understood(box);
  if (found) field.value = typed(found);
  field.setCustomValidity(found || !field.value.trim() ? "" : field.dataset.wrong);
}

function open(box) {
  const native = box.querySelector("[data-dated-native]");
  const found = understood(box);
  native.value = found ? [found.day, found.clock].filter(Boolean).join("T") : "";
  native.showPicker();
}

function take(box) {
  const field = box.querySelector("[data-wrong]");
  const [day, clock = ""] = box.querySelector("[data-dated-native]").value.split("T");
  if (!day) return;
  field.value = typed({ day, clock: clock.slice(0, 5) });
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Before anybody else hears of a change, the field says what was meant.
document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-dated]");
  if (!box) return;
  if (event.target.matches("[data-dated-native]")) {
    event.stopImmediatePropagation();
    take(box);
  } else {
    tidy(box);
  }
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dated-open]");
  if (button) open(button.closest("[data-dated]"));
});

if ("showPicker" in HTMLInputElement.prototype) {
  for (const button of document.querySelectorAll("[data-dated-open]")) button.hidden = false;
}
