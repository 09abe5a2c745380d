// Days and times as people here type them, 22/11/2026 17:30, and as the browser's own calendar has them.

const DAY = /(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})/;
const CLOCK = /(\d{1,2})(?::|\s?h\s?|\s?giờ\s?)(\d{2})?/i;
const two = (text) => text.padStart(2, "0");

/** The day and clock in ``text``: {day: "2026-11-22", clock: "17:30"}, the clock "" without one; null for no day. */
export function read(text) {
  const machine = text.trim().match(/^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?/);
  if (machine) return { day: machine[1], clock: machine[2] ?? "" };
  const found = text.match(DAY);
  if (!found) return null;
  const day = `${found[3]}-${two(found[2])}-${two(found[1])}`;
  if (new Date(`${day}T00:00Z`).toJSON()?.slice(0, 10) !== day) return null;
  const clock = text.replace(found[0], " ").match(CLOCK);
  if (clock && (clock[1] > 23 || clock[2] > 59)) return null;
  return { day, clock: clock ? `${two(clock[1])}:${clock[2] ?? "00"}` : "" };
}

/** As people type it: 22/11/2026 17:30. */
export function typed({ day, clock }) {
  return [day.split("-").reverse().join("/"), clock].filter(Boolean).join(" ");
}
