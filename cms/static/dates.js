// Days and times as people here type them are read by the server alone: the browser asks it, and never guesses.

const answers = new Map();

/**
 * How ``text`` is understood: {value: "2026-11-22T17:30", typed: "22/11/2026 17:30", said: "Chủ nhật, …"}, all empty
 * for what is no day (or with ``moment`` no time); null when the server cannot be asked, which then reads it itself.
 */
export async function understand(address, text, moment) {
  const query = new URLSearchParams({ text: text.trim(), ...(moment ? { moment: "" } : {}) });
  const asked = `${address}?${query}`;
  if (!answers.has(asked)) answers.set(asked, ask(asked));
  const answer = await answers.get(asked);
  if (!answer) answers.delete(asked);
  return answer;
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
