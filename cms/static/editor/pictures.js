// Cover and pictures of the body: uploaded at once, described beside the thumbnail, decorative only when said so.
import { renumber } from "./blocks.js";
import { say, send, words } from "./requests.js";
import { block } from "./toolbar.js";

const BUSY_TRIES = 4;
const BUSY_PAUSE = 3000; // milliseconds

const megabytes = (size) => (size / 1e6).toFixed(1).replace(".", ",");

/** Tries again while the server has too many other pictures in hand. */
async function patiently(upload) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await upload();
    } catch (error) {
      if (error.status !== 503 || tries === BUSY_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE));
    }
  }
}

export class Pictures {
  constructor(form, report) {
    this.form = form;
    this.report = report;
    this.body = form.elements.namedItem("body");
    this.cover = form.querySelector("[data-cover-slot]");
    this.list = form.querySelector("[data-pictures-list]");
    form.querySelector("[data-cover-file]").addEventListener("change", (event) => this.putCover(event.target));
    this.file = form.querySelector("[data-body-file]");
    this.file.addEventListener("change", () => this.putInBody(this.file));
    form.addEventListener("change", (event) => this.decorated(event.target));
    form.addEventListener("input", (event) => this.described(event.target));
    form.addEventListener("click", (event) => this.removed(event.target.closest("[data-picture-remove]")));
    for (const area of [this.body, form]) this.takeDrops(area);
  }

  pick() {
    this.file.click();
  }

  async putCover(input) {
    const found = await this.upload(input);
    if (!found) return;
    const made = this.make(found);
    this.cover.replaceChildren(made);
    for (const control of made.querySelectorAll("[name]")) control.name = control.name.replace("PREFIX", "cover");
    for (const control of made.querySelectorAll("[id]")) control.id = control.id.replace("PREFIX", "cover");
    for (const label of made.querySelectorAll("label[for]")) label.htmlFor = label.htmlFor.replace("PREFIX", "cover");
    this.changed(made);
    made.querySelector("[data-picture-alt]").focus();
  }

  async putInBody(input) {
    const found = await this.upload(input);
    if (!found) return;
    this.add(found);
    block(this.body, `![](${found.url})`);
  }

  /** Adds a picture to the list of those in the body. */
  add(found) {
    const known = [...this.list.querySelectorAll("[data-picture-sha]")].some((one) => one.value === found.sha256);
    if (known) return;
    const made = this.make(found);
    this.list.append(made);
    this.list.closest("details").open = true;
    this.number();
    this.changed(made);
  }

  make(found) {
    const made = this.form.querySelector("[data-picture-template]").content.cloneNode(true).firstElementChild;
    made.querySelector("[data-picture-sha]").value = found.sha256;
    made.querySelector("[data-picture-link]").href = found.url;
    made.querySelector("[data-picture-thumb]").src = found.url;
    return made;
  }

  async upload(input) {
    const [file] = input.files;
    if (!file) return null;
    const most = Number(this.form.dataset.maxUpload);
    const tooLarge = say(words.picture_too_heavy, { size: megabytes(file.size), limit: megabytes(most * 1e6) });
    if (file.size > most * 1e6) {
      input.value = "";
      this.complain(tooLarge);
      return null;
    }
    const data = new FormData();
    data.append("file", file);
    data.append("unit", new FormData(this.form).get("unit"));
    this.report(words.uploading);
    try {
      return await patiently(() => send(this.form.dataset.assetsUrl, data, { tooLarge }));
    } catch (error) {
      this.complain(error.message);
      return null;
    } finally {
      input.value = "";
      this.report("");
    }
  }

  complain(sentence) {
    const place = this.form.querySelector("[data-upload-problem]");
    place.textContent = sentence;
    place.hidden = !sentence;
    if (sentence) place.closest("details").open = true;
    if (sentence) place.scrollIntoView({ block: "center" });
  }

  decorated(target) {
    if (!target.matches?.("[data-picture-decorative]")) return;
    target.closest("[data-picture]").querySelector("[data-picture-alt]").disabled = target.checked;
  }

  /** The words beside a picture of the body are its alternative text in the Markdown too. */
  described(target) {
    if (!target.matches?.("[data-picture-alt]") || !target.name.startsWith("pictures.")) return;
    const sha = target.closest("[data-picture]").querySelector("[data-picture-sha]").value;
    const alternative = target.value.replace(/[[\]\\]/g, "");
    const mark = new RegExp(`!\\[[^\\]]*\\](\\([^)\\s]*${sha}[^)]*\\))`, "g");
    this.body.value = this.body.value.replace(mark, (_, address) => `![${alternative}]${address}`);
  }

  removed(button) {
    if (!button) return;
    const picture = button.closest("[data-picture]");
    const sha = picture.querySelector("[data-picture-sha]").value;
    const inBody = this.list.contains(picture);
    picture.remove();
    if (inBody) {
      this.body.value = this.body.value.replace(new RegExp(`!\\[[^\\]]*\\]\\([^)\\s]*${sha}[^)]*\\)\\n*`, "g"), "");
      this.number();
    }
    this.changed(this.form);
  }

  number() {
    const pictures = [...this.list.querySelectorAll("[data-picture]")];
    pictures.forEach((picture, n) => renumber(picture, "pictures", n));
    this.form.querySelector("[data-pictures-count]").textContent = pictures.length || "";
  }

  takeDrops(area) {
    area.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
      if (!file || area !== this.body) return;
      event.preventDefault();
      const box = new DataTransfer();
      box.items.add(file);
      this.file.files = box.files;
      this.putInBody(this.file);
    });
  }

  changed(where) {
    this.complain("");
    where.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
