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

  get key() {
    return `dakenh-story-${this.form.dataset.story || "new"}`;
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

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }

  /** What this browser holds for this story and person that differs from the page; null if nothing. */
  remembered() {
    try {
      const copy = JSON.parse(localStorage.getItem(this.key));
      return copy && copy.person === this.form.dataset.person && copy.text !== this.kept ? copy : null;
    } catch {
      return null;
    }
  }
}
