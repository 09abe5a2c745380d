// Fields for days and times: what is typed is tidied or told to be wrong at once, and a calendar is behind a button.
import { understand } from "./dates.js";

const PAUSE_MS = 300;
const known = new WeakMap(); // what a field held when it was last understood

const typedField = (box) => box.querySelector("[data-wrong]");
const settled = (box) => !typedField(box).value.trim() || known.get(box) === typedField(box).value;

function asked(box) {
  return understand(box.dataset.ask, typedField(box).value, box.dataset.dated === "moment");
}

/** Ask how the field is understood; write it as people do, or say that it is no time. Without an answer leave it. */
async function tidy(box) {
  const field = typedField(box);
  const text = field.value;
  const found = text.trim() ? await asked(box) : { value: "", typed: "", said: "" };
  if (field.value !== text) return;
  if (found?.value) field.value = found.typed;
  field.setCustomValidity(found && !found.value && text.trim() ? field.dataset.wrong : "");
  known.set(box, field.value);
}

/** Beneath stands how the time is understood, with the day of the week: thứ Hai, 23/11/2026 17:30 GMT+7. */
async function say(box) {
  const field = typedField(box);
  const out = document.querySelector(`[data-said="${field.id}"]`);
  if (!out) return;
  const text = field.value;
  const found = text.trim() ? await asked(box) : null;
  if (field.value === text) out.textContent = found?.said ?? "";
}

async function pick(box) {
  const native = box.querySelector("[data-dated-native]");
  const found = typedField(box).value.trim() ? await asked(box) : null;
  native.value = found?.value ?? "";
  native.showPicker();
}

/** Take the day from the browser's own calendar. */
function take(box) {
  const field = typedField(box);
  const { value } = box.querySelector("[data-dated-native]");
  if (!value) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Before anybody else hears of a change, the field says what was meant: the change is told again when it does.
document.addEventListener("change", async (event) => {
  const box = event.target.closest?.("[data-dated]");
  if (!box) return;
  if (event.target.matches("[data-dated-native]")) {
    event.stopImmediatePropagation();
    take(box);
  } else if (!settled(box)) {
    event.stopImmediatePropagation();
    await tidy(box);
    say(box);
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (!typedField(box).value.trim()) {
    tidy(box);
  }
}, true);

// A form is sent with its days understood; where the server cannot be asked it goes as it is, and is read there.
document.addEventListener("submit", async (event) => {
  const open = [...event.target.querySelectorAll("[data-dated]")].filter((box) => !settled(box));
  if (!open.length || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await Promise.all(open.map(tidy));
  event.target.requestSubmit(event.submitter);
}, true);

const pauses = new WeakMap();
document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-dated]");
  if (!box || event.target.matches("[data-dated-native]")) return;
  typedField(box).setCustomValidity("");
  clearTimeout(pauses.get(box));
  pauses.set(box, setTimeout(() => say(box), PAUSE_MS));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dated-open]");
  if (button) pick(button.closest("[data-dated]"));
});

for (const box of document.querySelectorAll("[data-dated]")) {
  known.set(box, typedField(box).value);
  say(box);
}
if ("showPicker" in HTMLInputElement.prototype) {
  for (const button of document.querySelectorAll("[data-dated-open]")) button.hidden = false;
}
