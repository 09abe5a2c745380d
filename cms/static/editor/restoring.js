// Filling the form from a copy that the browser kept.

/** Puts every value of `text` (a snapshot) back into its control, making blocks and pictures anew. */
export function restore(form, text, blocks, pictures) {
  const entries = JSON.parse(text);
  const values = new Map();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) || []), value]);
  blocks.clear();
  for (const [name, [kind]] of values) {
    if (/^infographic\.blocks\.\d+\.kind$/.test(name)) blocks.add(kind);
  }
  for (const [name, [sha256]] of values) {
    if (/^pictures\.\d+\.sha256$/.test(name) && sha256) pictures.add({ sha256, url: `/media/${sha256}.jpg` });
  }
  for (const control of form.elements) {
    if (!control.name || control.type === "file" || ["csrf_token", "base", "then", "unit", "tab", "continues"].includes(control.name)) continue;
    const given = values.get(control.name) || [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = given.includes(control.value);
    else if (given.length) control.value = given[0];
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
