// The edits that a finding offers, made in the control they are about. Text goes in by insertText, so that undo keeps working.
import { element, icon, jump } from "./parts.js";

/** A button that makes the edits of `fix`; `stale` is called where the text is no longer what they expect. */
export function button(form, fix, stale) {
  const made = element("button", "btn btn-sm btn-quiet finding-fix", icon("check-lg"), ` ${fix.label}`);
  made.type = "button";
  made.addEventListener("click", () => {
    const area = form.elements.namedItem(fix.field);
    const text = area && edited(clean(area.value, fix.field), fix.edits);
    if (text === null || text === undefined) return stale();
    jump(fix.field);
    put(area, text);
  });
  return made;
}

/** The text of a control as the server reads it, on which offsets count. */
function clean(value, field) {
  const text = value.normalize("NFC").replace(/\r\n?/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "");
  const isProse = field === "body" || field.endsWith(".body");
  return isProse ? text.replace(/^\n+|\n+$/g, "") : text.trim().replace(/\s+/g, " ");
}

/** The text with all edits made, or null where it has changed since; offsets count characters, not UTF-16 units. */
function edited(text, edits) {
  const characters = [...text];
  const parts = [];
  let here = 0;
  for (const edit of [...edits].sort((one, other) => one.start - other.start)) {
    const fits = edit.start >= here && characters.slice(edit.start, edit.end).join("") === edit.old;
    const empty = edit.start === edit.end && edits.length === 1 && !edit.old && edit.end === 0;
    if (!fits || (empty && text)) return null;
    parts.push(characters.slice(here, edit.start).join(""), edit.new);
    here = edit.end;
  }
  return parts.join("") + characters.slice(here).join("");
}

/** Replaces only what differs, so that undo brings back exactly that and the rest keeps its place. */
function put(area, text) {
  const now = area.value;
  let start = 0;
  while (start < now.length && start < text.length && now[start] === text[start]) start += 1;
  let tail = 0;
  while (tail < now.length - start && tail < text.length - start && now[now.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  if (start + tail === now.length && now.length === text.length) return;
  area.setSelectionRange(start, now.length - tail);
  const fresh = text.slice(start, text.length - tail);
  if (!document.execCommand(fresh ? "insertText" : "delete", false, fresh)) {
    area.setRangeText(fresh, start, now.length - tail, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start, start + fresh.length);
}
