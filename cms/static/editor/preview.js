// The previews beside the text: asked for when typing pauses, shown with what each channel says about the text.
import { button as fixButton } from "./fixing.js";
import { element, icon, jump, quiet } from "./parts.js";
import { Trouble, fields, read, send, words } from "./requests.js";

const PAUSE = 400; // milliseconds without typing

export class Previews {
  constructor(pane, form = null) {
    this.pane = pane;
    this.form = form;
    this.status = pane.querySelector("[data-previews-status]");
    this.problem = pane.querySelector("[data-previews-problem]");
    this.soon = quiet(() => this.refresh(), PAUSE);
    this.asked = 0;
    pane.addEventListener("click", (event) => {
      const field = event.target.closest("[data-jump]")?.dataset.jump;
      if (field) jump(field);
    });
    this.open(location.hash);
  }

  /** An address that ends in "#pane-radio_script" opens that tab; links back from other pages use it. */
  open(hash) {
    const pane = [...this.pane.querySelectorAll("[data-pane]")].find((one) => hash === `#${one.id}`);
    if (!pane) return;
    this.pane.querySelector(`[data-bs-target="#${pane.id}"]`).click();
    this.came = pane;
  }

  /** Asks for the previews of what stands in the form now; an answer that was overtaken is dropped. */
  async refresh() {
    if (this.form && this.blank()) return;
    const turn = ++this.asked;
    this.running?.abort();
    this.running = new AbortController();
    this.status.textContent = words.previewing;
    try {
      const url = this.pane.dataset.url;
      const found = this.form ? await send(url, fields(this.form), { signal: this.running.signal }) : await read(url);
      if (turn === this.asked) this.show(found);
    } catch (error) {
      if (error.name === "AbortError" || turn !== this.asked) return;
      if (!(error instanceof Trouble)) throw error;
      this.status.textContent = "";
      this.problem.textContent = error.message;
      this.problem.hidden = false;
      if (error.after && error.code !== "too-slow") setTimeout(() => turn === this.asked && this.refresh(), error.after * 1000);
    }
  }

  /** A new story without a word has nothing to preview and nothing to blame. */
  blank() {
    if (this.form.dataset.story) return false;
    return ["title", "summary", "body", "infographic.title", "service.name"].every((name) => !this.form.elements.namedItem(name)?.value.trim());
  }

  show(found) {
    this.status.textContent = "";
    this.problem.hidden = true;
    const gaps = this.pane.querySelector("[data-gaps]");
    gaps.replaceChildren(...(found.story?.findings || []).map((one) => this.line(one)));
    for (const pane of this.pane.querySelectorAll("[data-pane]")) this.fill(pane, found[pane.dataset.pane]);
    this.pane.dispatchEvent(new CustomEvent("previewed", { detail: found }));
  }

  fill(pane, one) {
    const mark = this.pane.querySelector(`[data-mark="${pane.dataset.pane}"]`);
    const html = pane.querySelector("[data-html]");
    const findings = pane.querySelector("[data-findings]");
    if (!one) {
      mark.replaceChildren();
      findings.replaceChildren();
      html.replaceChildren(element("p", "hint", words.no_channel));
      return;
    }
    pane.querySelector("[data-channel]").textContent = one.channel;
    findings.replaceChildren(...one.findings.map((found) => this.line(found)));
    mark.replaceChildren(...this.marks(one.findings));
    if (one.html) html.innerHTML = one.html;
    else html.replaceChildren(element("p", "hint", words.no_rendition));
  }

  marks(findings) {
    const errors = findings.filter((one) => one.severity === "error").length;
    if (errors) return [element("span", "mark-error", icon("x-circle", words.error), ` ${errors}`)];
    if (findings.length) return [element("span", "mark-warning", icon("exclamation-triangle", words.warning), ` ${findings.length}`)];
    return [element("span", "mark-good", icon("check-lg", words.ready))];
  }

  line(found) {
    const bad = found.severity === "error";
    const text = element("span", "", `${found.message} ${found.remedy}`.trim());
    const sign = bad ? icon("x-circle", words.error) : icon("exclamation-triangle", words.warning);
    if (!this.form || !found.field) return element("li", `finding finding-${found.severity}`, sign, text);
    const fixes = (found.fixes || []).map((fix) => fixButton(this.form, fix, () => this.stale()));
    const button = element("button", "finding-jump", text);
    button.type = "button";
    button.dataset.jump = found.field;
    button.title = words.jump;
    return element("li", `finding finding-${found.severity}`, sign, element("span", "finding-words", button, ...fixes));
  }

  /** The text is no longer the one that a finding was about: say so, and look again. */
  stale() {
    this.refresh();
    this.problem.textContent = words.changed_since;
    this.problem.hidden = false;
  }
}
