// The blocks of an infographic: added, moved and taken out; their names are numbered in their order.
export class Blocks {
  constructor(form) {
    this.box = form.querySelector("[data-blocks]");
    this.form = form;
    for (const button of form.querySelectorAll("[data-block-add]")) {
      button.addEventListener("click", () => this.add(button.dataset.blockAdd).querySelector("input:not([type=hidden])").focus());
    }
    this.box.addEventListener("click", (event) => this.clicked(event));
  }

  add(kind) {
    const template = this.form.querySelector(`[data-block-template="${kind}"]`);
    this.box.append(template.content.cloneNode(true));
    this.number();
    return this.box.lastElementChild;
  }

  clear() {
    this.box.replaceChildren();
  }

  clicked(event) {
    const block = event.target.closest("[data-block]");
    const button = event.target.closest("button");
    if (!block || !button) return;
    if ("blockRemove" in button.dataset) block.remove();
    if ("blockUp" in button.dataset) block.previousElementSibling?.before(block);
    if ("blockDown" in button.dataset) block.nextElementSibling?.after(block);
    this.number();
    if (block.isConnected) button.focus();
  }

  number() {
    [...this.box.querySelectorAll("[data-block]")].forEach((block, n) => renumber(block, "infographic.blocks", n));
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Gives every control of a numbered part the number `n`. */
export function renumber(part, prefix, n) {
  const start = new RegExp(`^(${prefix.replaceAll(".", "\\.")}\\.)[^.]+|^PREFIX`);
  const put = (text) => text.replace(start, (_, head) => (head ? `${head}${n}` : `${prefix}.${n}`));
  for (const control of part.querySelectorAll("[name]")) {
    control.name = put(control.name);
    if (control.id) control.id = put(control.id);
  }
  for (const label of part.querySelectorAll("label[for]")) label.htmlFor = put(label.htmlFor);
}
