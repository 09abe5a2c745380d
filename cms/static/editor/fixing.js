// The edits that a finding offers, made in the control they are about. Text goes in by insertText, so that undo keeps working.
import { element, icon, jump } from "./parts.js";

/** A button that makes the edits of `fix`; `stale` is called where the text is no longer what they expect. */
export function button(form, fix, stale) {
  const made = element("button", "btn btn-sm btn-quiet finding-fix", icon("check-lg"), ` ${fix.label}`);
  made.type = "button";
  made.addEventListener("click", () => {
    const area = form.elements.namedItem(fix.field);
    const texts = area ? readings(area.value, fix.field).map((one) => edited(one, fix.edits)) : [];
    const text = texts.find((one) => one !== null);
    if (text === undefined) return stale();
    jump(fix.field);
    put(area, text);
  });
  return made;
}

/** The text of a control as the server may read it (media/characters.py), on which offsets count: signs that are not seen
 *  stay only where an old encoding needs them. */
function readings(value, field) {
  const ends = value.replace(/\r\n?|[\x0b\x0c\u2028\u2029]/g, "\n").replace(/[\0-\x08\x0e-\x1f\x7f\ufeff]/g, "");
  const whole = ends.replace(/[\u00d0\u0189]/g, "\u0110").replace(/[\u00f0\u0256]/g, "\u0111");
  const seen = whole.replace(/[\x80-\x9f\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufff9-\ufffc]/g, "");
  return [seen, whole].map((text) => trimmed(text.normalize("NFC"), field));
}

function trimmed(text, field) {
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
