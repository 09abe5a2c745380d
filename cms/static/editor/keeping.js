// Nothing typed is lost: kept on the server every few seconds, in the browser when the server cannot be reached.
import { quiet } from "./parts.js";
import { Trouble, fields, send, snapshot, words } from "./requests.js";

const PAUSE = 2500; // milliseconds without typing before a copy is kept
const AGAIN = 10_000; // milliseconds until a failed try is repeated
const WORTH = 30; // characters from which a new story is started on the server

export class Keeper {
  constructor(form, status, adopt) {
    Object.assign(this, { form, status, adopt });
    this.kept = snapshot(form);
    this.queue = Promise.resolve();
    this.soon = quiet(() => this.keep(), PAUSE);
    this.again = quiet(() => this.keep(), AGAIN);
  }

  /** Where this browser keeps copies of the story; each page has its own, so that no tab erases another's. */
  get place() {
    return `dakenh-story-${this.form.dataset.story || "new"}`;
  }

  get key() {
    return `${this.place}-${this.form.elements.namedItem("tab").value}`;
  }

  get pending() {
    return snapshot(this.form) !== this.kept;
  }

  changed() {
    if (!this.pending) return;
    this.status.textContent = words.unsaved;
    this.remember();
    this.soon();
  }

  /** Runs `work` after whatever is under way, so that an older copy never overtakes a newer one. */
  inTurn(work) {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  keep(options = {}) {
    this.soon.cancel();
    return this.inTurn(() => this.keepNow(options));
  }

  async keepNow(options) {
    const now = snapshot(this.form);
    if (now === this.kept || !this.worth()) return;
    this.status.textContent = words.keeping;
    try {
      const story = this.form.dataset.story;
      if (story) {
        const answer = await send(`${this.form.dataset.storiesUrl}${story}/working-copy`, fields(this.form), options);
        this.status.textContent = answer.words;
        if (answer.elsewhere) this.elsewhere(answer.elsewhere);
        this.happened(answer.happened);
      } else {
        const answer = await send(this.form.action, fields(this.form), options);
        this.forget();
        this.adopt(answer);
        this.status.textContent = answer.words;
      }
      this.done(now);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.remember();
      this.status.textContent = error.status && error.status !== 401 ? error.message : words.in_browser;
      if (error.code === "signed-out" || error.code === "someone-else") this.status.textContent = error.message;
      this.again();
    }
  }

  /** Tells that the same person writes on this story elsewhere too. */
  elsewhere(sentence) {
    const notice = this.form.querySelector("[data-elsewhere]");
    notice.querySelector("[data-elsewhere-words]").textContent = sentence;
    notice.hidden = !sentence;
  }

  /** Tells what became of the story since the page was opened, in place of what the page said of it then. */
  happened(sentence) {
    const notice = this.form.querySelector("[data-happened]");
    if (notice.hidden === !sentence && notice.dataset.happened === sentence) return;
    notice.dataset.happened = sentence;
    notice.querySelector("[data-happened-words]").textContent = sentence;
    notice.hidden = !sentence;
    for (const part of document.querySelectorAll("[data-as-opened]")) part.hidden = Boolean(sentence);
  }

  /** `text` is on the server now. */
  done(text) {
    this.kept = text;
    this.again.cancel();
    if (snapshot(this.form) === text) this.forget();
  }

  worth() {
    if (this.form.dataset.story) return true;
    const typed = ["title", "summary", "body"].map((name) => this.form.elements.namedItem(name).value.trim());
    return Boolean(typed[0]) && typed.join("").length >= WORTH;
  }

  remember() {
    try {
      const copy = { at: new Date().toISOString(), person: this.form.dataset.person, text: snapshot(this.form) };
      localStorage.setItem(this.key, JSON.stringify(copy));
    } catch {
      // A full or forbidden store leaves the page itself, which warns before it is left.
    }
  }

  /** The latest that this browser holds for this story and person and that differs from the page; null if nothing. */
  remembered() {
    const copies = this.copies().filter((copy) => copy.person === this.form.dataset.person && copy.text !== this.kept);
    return copies.sort((one, other) => (one.at < other.at ? 1 : -1))[0] ?? null;
  }

  copies() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key === this.place || key.startsWith(`${this.place}-`));
      return keys.map((key) => ({ ...JSON.parse(localStorage.getItem(key)), key }));
    } catch {
      return [];
    }
  }

  /** Gives up one of `copies`, or that of this page. */
  forget(key = this.key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  }
}
