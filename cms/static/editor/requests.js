// Talking to the server so that nothing typed depends on the answer: every failure becomes one sentence.
const page = document.getElementById("words");

export const words = page ? JSON.parse(page.textContent) : {};

/** Fills the {name} places of a sentence. */
export function say(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A request that did not do what was asked; `message` is for the reader, `field` the control it is about, `after` the
 *  seconds after which another try is welcome (0: none). */
export class Trouble extends Error {
  constructor(message, { code = "", field = "", status = 0, after = 0 } = {}) {
    super(message);
    Object.assign(this, { code, field, status, after });
  }
}

const MOST = 900_000; // characters; the server takes a megabyte of text
const token = () => document.querySelector("meta[name=csrf-token]").content;

/** All text fields of a form, without files and without the form's own token, which goes as a header. */
export function fields(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data.entries()]) {
    if (value instanceof File) data.delete(name);
  }
  data.delete("csrf_token");
  return data;
}

/** What a form says, as one text to compare and to keep. */
export function snapshot(form) {
  const entries = [...fields(form).entries()].filter(([name]) => !["base", "then", "tab", "continues", "stood"].includes(name));
  return JSON.stringify(entries);
}

/** Sends a POST (`tooLarge` is what to say if it is too much for the server) and returns the JSON of the answer; throws Trouble. */
export async function send(url, body, options = {}) {
  if (size(body) > MOST) throw new Trouble(words.too_large, { code: "too-large", field: "body", status: 413 });
  const answer = await call(url, { method: "POST", body, ...options });
  if (answer.status === 413) {
    const sentence = options.tooLarge || words.too_large; // a server in front of ours says it in its own words
    throw new Trouble(sentence, { code: "too-large", field: "body", status: 413 });
  }
  const data = await told(answer);
  if (answer.ok && data) return data;
  if (stale(answer, data) && !options.renewed) {
    await renew();
    return send(url, body, { ...options, renewed: true });
  }
  throw trouble(answer, data);
}

/** Reads JSON from the server; throws Trouble. */
export async function read(url) {
  const answer = await call(url, {});
  const data = await told(answer);
  if (answer.ok && data) return data;
  throw trouble(answer, data);
}

function size(body) {
  let letters = 0;
  for (const value of body.values()) if (typeof value === "string") letters += value.length;
  return letters;
}

async function call(url, { renewed: _, tooLarge: __, ...options }) {
  try {
    return await fetch(url, { ...options, headers: { Accept: "application/json", "X-CSRFToken": token() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble(words.offline, { code: "offline" });
  }
}

async function told(answer) {
  if (answer.redirected || !(answer.headers.get("content-type") || "").includes("json")) return null;
  return answer.json().catch(() => null);
}

const code = (data) => (data?.type || "").replace("urn:dakenh:", "");
const stale = (answer, data) => answer.redirected || answer.status === 401 || code(data) === "stale-form";

function trouble(answer, data) {
  if (stale(answer, data)) return new Trouble(words.signed_out, { code: "signed-out", status: 401 });
  if (!data) return new Trouble(words.failed, { code: "failed", status: answer.status });
  const after = Number(answer.headers.get("Retry-After")) || 0;
  return new Trouble(data.detail, { code: code(data), field: data.field || "", status: answer.status, after });
}

/** After signing in again elsewhere, this page goes on with a new token, but only for the same person. */
async function renew() {
  const form = document.querySelector("[data-session-url]");
  if (!form) throw new Trouble(words.signed_out, { code: "signed-out", status: 401 });
  const state = await (await call(form.dataset.sessionUrl, {})).json();
  if (!state.person) throw new Trouble(words.signed_out, { code: "signed-out", status: 401 });
  if (state.person !== form.dataset.person) throw new Trouble(words.someone_else, { code: "someone-else", status: 401 });
  document.querySelector("meta[name=csrf-token]").content = state.csrf;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = state.csrf;
}
