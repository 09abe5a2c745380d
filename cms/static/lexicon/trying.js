// A text is read while it is typed, with the entry that is being written beside it; and it can be listened to.
const WAIT_MS = 350;
const form = document.querySelector("[data-try]");
const shown = form.querySelector("[data-tried]");
const text = form.elements.text;
let last = 0;
let timer = 0;

form.classList.add("try-live");

/** Ask for the reading of what stands in the form; an answer that was overtaken is thrown away. */
async function read() {
  const mine = ++last;
  if (!text.value.trim()) {
    shown.replaceChildren();
    return;
  }
  try {
    const answer = await fetch(form.dataset.try, { method: "POST", body: new FormData(form) });
    const html = await answer.text();
    if (answer.ok && mine === last) shown.innerHTML = html;
  } catch {
    // The network is away; the next key stroke asks again.
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(read, WAIT_MS);
});

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.matches("[data-listen]")) return;
  event.preventDefault();
  button.disabled = true;
  const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form) });
  button.disabled = false;
  if (!answer.ok) return;
  let sound = form.querySelector("[data-sound]");
  if (!sound) {
    sound = document.createElement("audio");
    sound.controls = true;
    sound.dataset.sound = "";
    shown.after(sound);
  }
  URL.revokeObjectURL(sound.src);
  sound.src = URL.createObjectURL(await answer.blob());
  sound.hidden = false;
  sound.play().catch(() => {});
});

if (text.value.trim() && !shown.textContent.trim()) read();
