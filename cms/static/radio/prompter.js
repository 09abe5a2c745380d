// A prompter whose clock is the script's own: each sentence carries the seconds in which it is said, so the text scrolls
// as fast as it is read, and a speed only stretches that clock. Once loaded it needs no network; while there is one, it
// asks now and then whether the script was called back.
const text = document.querySelector("[data-text]");
const find = (name) => document.querySelector(`[data-${name}]`);
const lines = [...text.querySelectorAll("[data-at]")].map((place) => ({
  place,
  at: Number(place.dataset.at),
  end: Number(place.dataset.at) + Number(place.dataset.seconds),
}));
const total = Number(document.body.dataset.total) || 0;
const pace = Number(document.body.dataset.pace) || 0;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const LINE = 0.3; // where the eyes rest, as a part of the height
const SLOWEST = 0.5;
const FASTEST = 2;
const STEP = 0.05;

const kept = read();
let speed = kept.speed ?? 1;
let size = kept.size ?? 0;
let steps = kept.steps ?? calm.matches;
let time = 0;
let running = false;
let last = 0;
let put = -1;
let current = null;

function read() {
  try {
    return JSON.parse(localStorage.getItem("dakenh-prompter")) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem("dakenh-prompter", JSON.stringify({ speed, size, steps }));
  } catch {
    // A browser that keeps nothing still prompts.
  }
}

const clock = (seconds) => `${Math.floor(Math.round(seconds) / 60)}'${String(Math.round(seconds) % 60).padStart(2, "0")}`;
const top = (line) => line.place.offsetTop - text.clientHeight * LINE;
const bottom = (line) => top(line) + line.place.offsetHeight;

/** The line that is said at an instant: the last one that has begun. */
function lineAt(instant) {
  let found = lines[0];
  for (const line of lines) if (line.at <= instant + 0.001) found = line;
  return found;
}

/** Where the text stands at an instant: within a line by its share of time, in a break on the way to the next. */
function heightAt(instant) {
  const line = lineAt(instant);
  if (steps) return top(line);
  const next = lines[lines.indexOf(line) + 1];
  const until = next ? next.at : line.end;
  const goal = next ? top(next) : bottom(line);
  const share = until > line.at ? Math.min(1, Math.max(0, (instant - line.at) / (until - line.at))) : 1;
  return top(line) + share * (goal - top(line));
}

/** The instant that belongs to where somebody scrolled. */
function instantAt(height) {
  let found = lines[0];
  for (const line of lines) if (top(line) <= height + 1) found = line;
  const next = lines[lines.indexOf(found) + 1];
  const goal = next ? top(next) : bottom(found);
  const until = next ? next.at : found.end;
  const share = goal > top(found) ? Math.min(1, Math.max(0, (height - top(found)) / (goal - top(found)))) : 0;
  return found.at + share * (until - found.at);
}

function show(scroll = true) {
  if (!lines.length) return;
  if (scroll) {
    text.scrollTop = Math.max(0, heightAt(time));
    put = text.scrollTop;
  }
  const line = lineAt(time);
  if (line !== current) {
    current?.place.classList.remove("now");
    line.place.classList.add("now");
    current = line;
    for (const one of lines) one.place.classList.toggle("read", one.end <= line.at);
  }
  find("progress").value = total ? Math.min(1, time / total) : 0;
  find("elapsed").textContent = clock(time);
}

function tell() {
  document.querySelector(".mark").style.top = `${text.offsetTop + text.clientHeight * LINE + 8}px`;
  find("speed").textContent = Math.round(pace * speed);
  find("whole").textContent = clock(total / speed);
  const button = document.querySelector("[data-do=play]");
  button.textContent = running ? `⏸ ${button.dataset.wordsPause}` : `▶ ${button.dataset.wordsPlay}`;
  button.setAttribute("aria-pressed", running);
  document.querySelector("[data-do=steps]").setAttribute("aria-pressed", steps);
  if (size) document.documentElement.style.setProperty("--size", `${size}rem`);
}

function frame(stamp) {
  if (!running) return;
  time = Math.min(total, time + Math.min(0.25, (stamp - last) / 1000) * speed);
  last = stamp;
  show();
  if (time >= total) pause();
  else requestAnimationFrame(frame);
}

let lock = null;
async function awake(wanted) {
  try {
    if (wanted) lock = await navigator.wakeLock?.request("screen");
    else await lock?.release();
  } catch {
    // The screen may dim; the words stay.
  }
}

function play() {
  if (running || !lines.length) return;
  if (time >= total) time = 0;
  running = true;
  last = performance.now();
  tell();
  awake(true);
  requestAnimationFrame(frame);
}

function pause() {
  running = false;
  tell();
  awake(false);
}

function go(instant) {
  time = Math.min(total, Math.max(0, instant));
  show();
}

function step(by) {
  const here = lines.indexOf(lineAt(time));
  go(lines[Math.min(lines.length - 1, Math.max(0, here + by))]?.at ?? 0);
}

function item(by) {
  const heads = [...text.querySelectorAll("[data-item]")].map((head) => lines.find((line) => line.place.offsetTop > head.offsetTop)?.at);
  const known = [0, ...heads.filter((at) => at !== undefined)];
  const next = by > 0 ? known.find((at) => at > time + 0.5) : known.filter((at) => at < time - 2).pop();
  if (next !== undefined) go(next);
}

function hasten(by) {
  speed = Math.round(Math.min(FASTEST, Math.max(SLOWEST, speed + by)) * 100) / 100;
  keep();
  tell();
}

function grow(by) {
  const now = size || parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--size"));
  size = Math.min(8, Math.max(1.4, now + by));
  keep();
  tell();
  show();
}

const doing = {
  play: () => (running ? pause() : play()),
  start: () => go(0),
  slower: () => hasten(-STEP),
  faster: () => hasten(STEP),
  smaller: () => grow(-0.3),
  bigger: () => grow(0.3),
  steps: () => {
    steps = !steps;
    keep();
    tell();
    show();
  },
  mirror: (button) => button.setAttribute("aria-pressed", text.classList.toggle("mirrored")),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
};

const keys = {
  " ": "play", "+": "faster", "=": "faster", "-": "slower", "_": "slower", Home: "start", "[": "smaller", "]": "bigger",
  f: "full", F: "full", m: "mirror", M: "mirror", s: "steps", S: "steps",
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const moves = {
    ArrowDown: () => step(1), ArrowUp: () => step(-1), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    PageDown: () => item(1), PageUp: () => item(-1), End: () => go(total),
  };
  const name = keys[event.key];
  if (!name && !moves[event.key]) return;
  if (event.key === " " && event.target.closest("button, a")) return; // it presses what has the focus
  event.preventDefault();
  if (name) doing[name](document.querySelector(`[data-do=${name}]`));
  else moves[event.key]();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) doing[button.dataset.do](button);
  else if (event.target.closest("[data-text]") && !String(window.getSelection())) doing.play();
});

// Scrolled by hand: the clock follows.
text.addEventListener("scroll", () => {
  if (put >= 0 && Math.abs(text.scrollTop - put) <= 2) return;
  put = text.scrollTop;
  if (!lines.length) return;
  time = Math.min(total, instantAt(text.scrollTop));
  show(false);
});
window.addEventListener("resize", () => {
  tell();
  show();
});
calm.addEventListener("change", () => {
  steps = calm.matches;
  tell();
});

async function watch() {
  try {
    const answer = await fetch(document.body.dataset.watch, { cache: "no-store" });
    if (answer.ok && answer.headers.get("Content-Type").includes("json")) {
      const stands = await answer.json();
      if (stands.withdrawn) {
        pause();
        find("alarm").hidden = false;
        text.hidden = true;
      } else if (stands.mark !== document.body.dataset.mark) find("changed").hidden = false;
    }
  } catch {
    // Without a network the page goes on with what it has.
  }
}
setInterval(watch, 30_000);

tell();
show();
text.focus();
