// The editor: fields, previews, keeping and saving, tied together.
import { Blocks } from "./blocks.js";
import { fields as fieldHelp } from "./fields.js";
import { Keeper } from "./keeping.js";
import { jump } from "./parts.js";
import { Pictures } from "./pictures.js";
import { Previews } from "./preview.js";
import { Trouble, fields, say, send, snapshot, words } from "./requests.js";
import { restore } from "./restoring.js";
import { watchTabs } from "./tabs.js";
import { toolbar } from "./toolbar.js";

const form = document.getElementById("editor");
const status = form.querySelector("[data-kept-status]");
const problem = form.querySelector("[data-problem]");
let leaving = false;

fieldHelp(form);
const previews = new Previews(document.querySelector("[data-previews]"), form);
const keeper = new Keeper(form, status, adopt);
const blocks = new Blocks(form);
const pictures = new Pictures(form, (sentence) => (status.textContent = sentence));
toolbar(form.elements.namedItem("body"), () => pictures.pick());

form.addEventListener("input", () => {
  previews.soon();
  keeper.changed();
});
form.addEventListener("change", () => {
  previews.soon();
  keeper.changed();
});
window.addEventListener("blur", () => keeper.keep());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keeper.keep({ keepalive: true });
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && keeper.pending) event.preventDefault();
});
document.getElementById("drop-copy")?.addEventListener("submit", () => {
  leaving = true;
  keeper.forget();
});

/** A new story has been started on the server: from now on this page writes on it. */
function adopt(answer) {
  form.dataset.story = answer.id;
  form.action = answer.url;
  form.elements.namedItem("base").value = answer.base;
  form.elements.namedItem("stood").value = answer.stage;
  keeper.happened("");
  document.querySelector("[data-previews]").dataset.url = `${answer.url}/preview`;
  history.replaceState(null, "", answer.url);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(event.submitter?.value || "save");
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  save("save");
});

async function save(then) {
  keeper.soon.cancel();
  const buttons = form.querySelectorAll("[data-save]");
  for (const button of buttons) button.disabled = true;
  try {
    await keeper.inTurn(() => saveNow(then));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    keeper.remember();
    if (error.code === "overtaken") compare(then);
    else complain(error);
  } finally {
    for (const button of buttons) button.disabled = false;
    delete form.dataset.sent;
  }
}

async function saveNow(then) {
  const text = snapshot(form);
  const data = fields(form);
  data.set("then", then);
  status.textContent = words.saving;
  const answer = await send(form.action, data);
  const fresh = !form.dataset.story;
  keeper.forget();
  adopt(answer);
  keeper.done(text);
  problem.hidden = true;
  status.textContent = answer.words;
  if (answer.go || fresh || answer.state !== form.dataset.state || document.querySelector(".overtaken")) {
    leaving = true;
    location.assign(answer.go || answer.url);
  }
}

/** Somebody saved meanwhile: the server shows both texts on a page of its own. */
function compare(then) {
  leaving = true;
  const choice = document.createElement("input");
  Object.assign(choice, { type: "hidden", name: "then", value: then });
  form.append(choice);
  form.submit();
}

function complain(trouble) {
  status.textContent = words.unsaved;
  problem.replaceChildren(trouble.message);
  if (trouble.code === "signed-out" || trouble.code === "someone-else") {
    const link = document.createElement("a");
    Object.assign(link, { href: form.dataset.signInUrl, target: "_blank", textContent: words.sign_in, className: "alert-link ms-2" });
    problem.append(link);
  }
  problem.hidden = false;
  problem.scrollIntoView({ block: "center" });
  if (trouble.field) jump(trouble.field);
  else problem.focus();
}

// Comparing with the text that somebody else saved.
for (const button of document.querySelectorAll("[data-take]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.take;
    const target = form.elements.namedItem(name);
    if (!target) return;
    target.value = document.querySelector(`[data-theirs="${CSS.escape(name)}"]`).value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
    jump(name);
  });
}
for (const button of document.querySelectorAll(".overtaken [data-jump]")) {
  button.addEventListener("click", () => jump(button.dataset.jump));
}

// A copy in this browser that never reached the server.
const found = form.querySelector("[data-found]");
const copy = keeper.remembered();
if (copy) {
  const clock = new Date(copy.at).toLocaleString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" });
  found.querySelector("[data-found-words]").textContent = say(words.found_in_browser, { clock });
  found.hidden = false;
  found.querySelector("[data-found-take]").addEventListener("click", () => {
    restore(form, copy.text, blocks, pictures);
    if (copy.key !== keeper.key) keeper.forget(copy.key);
    found.hidden = true;
  });
  found.querySelector("[data-found-drop]").addEventListener("click", () => {
    keeper.forget(copy.key);
    found.hidden = true;
  });
}

// On a narrow screen the previews take the place of the text.
const toggle = form.querySelector("[data-switch]");
toggle.addEventListener("click", () => {
  const on = document.body.classList.toggle("previewing");
  toggle.setAttribute("aria-pressed", String(on));
});
if (previews.came) toggle.click();

watchTabs(form.dataset.story, words.other_tab, (sentence) => keeper.elsewhere(sentence));
if (form.dataset.dirty) keeper.kept = "";
if (problem.dataset.field) jump(problem.dataset.field);
previews.refresh();
