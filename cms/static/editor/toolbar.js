// Markdown at the press of a button or key. Text goes in by insertText, so that undo keeps working.
import { words } from "./requests.js";

const KEYS = { b: "bold", i: "italic", k: "link" };
const SHIFTED = { Digit7: "numbers", Digit8: "list", Digit9: "quote" };

export function toolbar(area, pickPicture) {
  const tools = {
    bold: () => wrap(area, "**", "**", words.bold_words),
    italic: () => wrap(area, "*", "*", words.italic_words),
    heading: () => prefix(area, () => "## ", words.heading_words),
    list: () => prefix(area, () => "- ", words.list_words),
    numbers: () => prefix(area, (n) => `${n + 1}. `, words.list_words),
    quote: () => prefix(area, () => "> ", words.quote_words),
    table: () => block(area, words.table),
    link: () => link(area),
    image: pickPicture,
  };
  for (const button of document.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => tools[button.dataset.tool]());
  }
  area.addEventListener("keydown", (event) => {
    const name = keyed(event);
    if (!name) return;
    event.preventDefault();
    tools[name]();
  });
}

function keyed(event) {
  if (!(event.ctrlKey || event.metaKey)) return "";
  if (event.altKey) return event.code === "Digit2" ? "heading" : "";
  return event.shiftKey ? SHIFTED[event.code] || "" : KEYS[event.key.toLowerCase()] || "";
}

/** Replaces the selection and selects `length` characters from `from` inside what was put in. */
export function insert(area, text, from = text.length, length = 0) {
  const start = area.selectionStart;
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start + from, start + from + length);
}

const selected = (area) => area.value.slice(area.selectionStart, area.selectionEnd);

function wrap(area, before, after, fallback) {
  const text = selected(area) || fallback;
  insert(area, before + text + after, before.length, text.length);
}

/** Puts a mark before each selected line. */
function prefix(area, mark, fallback) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  let end = area.value.indexOf("\n", area.selectionEnd);
  if (end < 0) end = area.value.length;
  area.setSelectionRange(start, end);
  const lines = (selected(area) || fallback).split("\n");
  insert(area, lines.map((line, n) => mark(n) + line).join("\n"));
}

/** Puts a block on lines of its own. */
export function block(area, text) {
  const before = area.value.slice(0, area.selectionStart);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  insert(area, `${gap}${text}\n\n`);
}

function link(area) {
  const text = selected(area);
  if (/^https?:\/\/\S+$/.test(text)) {
    insert(area, `[${words.link_words}](${text})`, 1, words.link_words.length);
    return;
  }
  const name = text || words.link_words;
  insert(area, `[${name}](https://)`, name.length + 3, "https://".length);
}
