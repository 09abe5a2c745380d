// What fields do while one types: counters, growing, lists that can be filtered, inherited text, parts of one kind.
import { say, words } from "./requests.js";

export function fields(form) {
  const all = () => {
    for (const counter of form.querySelectorAll("[data-count]")) count(form, counter);
    for (const area of form.querySelectorAll("[data-grow]")) grow(area);
    for (const control of form.querySelectorAll("[data-inherits]")) inherit(form, control);
    for (const list of form.querySelectorAll("[data-checklist]")) chosen(list);
    for (const mark of form.querySelectorAll("[data-variant-mark]")) variant(form, mark);
    kinds(form);
  };
  form.addEventListener("input", all);
  form.addEventListener("change", all);
  form.addEventListener("keydown", oneLine);
  window.addEventListener("resize", all);
  for (const filter of form.querySelectorAll("[data-checklist-filter]")) {
    filter.addEventListener("input", () => narrow(filter.closest("[data-checklist]"), ".check", filter.value));
  }
  all();
}

/** Lower case without diacritics, so that a search needs none. */
export function fold(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
}

/** Shows only the lines that hold every word of the query. */
export function narrow(box, lines, query) {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  for (const line of box.querySelectorAll(lines)) {
    const text = fold(line.textContent);
    line.hidden = !wanted.every((word) => text.includes(word));
  }
}

function count(form, counter) {
  const text = (form.elements.namedItem(counter.dataset.count)?.value || "").normalize("NFC").trim();
  const values = { letters: [...text].length, syllables: text ? text.split(/\s+/).length : 0 };
  counter.textContent = text ? say(words.count, values) : "";
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function inherit(form, control) {
  const text = (form.elements.namedItem(control.dataset.inherits)?.value || "").trim();
  control.placeholder = text ? `${words.inherit}: ${text.slice(0, 400)}` : words.inherit;
}

function chosen(list) {
  list.querySelector("[data-checklist-count]").textContent = list.querySelectorAll(":checked").length || "";
}

function variant(form, mark) {
  const start = `variants.${mark.dataset.variantMark}.`;
  const own = [...form.elements].some((control) => control.name?.startsWith(start) && control.value.trim());
  mark.textContent = own ? "●" : "";
}

function kinds(form) {
  const kind = form.elements.namedItem("kind").value;
  for (const part of form.querySelectorAll("[data-only-kind]")) {
    part.hidden = part.dataset.onlyKind !== kind;
    part.disabled = part.hidden;
  }
}

function oneLine(event) {
  if (event.key !== "Enter" || !event.target.matches("[data-one-line]")) return;
  event.preventDefault();
  event.target.form.elements.namedItem("summary").focus();
}
