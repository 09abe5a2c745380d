// Plays a board's playlist in a browser. Polls as often as the playlist asks, cuts a withdrawn item at once, keeps the
// last good playlist and its pictures while the server cannot be reached, and then shows only what is still valid.
"use strict";

const CLOCK_TOLERANCE = 60_000; // milliseconds that a clock may be behind the playlist
const address = document.body.dataset.playlist;
const frame = document.getElementById("frame");
const plate = document.getElementById("plate");
const pictures = new Map(); // address → object URL, so that a lost network costs no picture
let playlist = null;
let etag = null;
let offset = 0;
let position = -1;
let shown = null;
let timer = null;

// Pictures come from where the page came from, by whatever name the board reaches the server.
const here = (url) => new URL(url, location.href).pathname;
const serverNow = () => Date.now() + offset;

const clockIsWrong = () => serverNow() < Date.parse(playlist.generated_at) - CLOCK_TOLERANCE;
const isStale = () => serverNow() > Date.parse(playlist.stale_after);

function isDue(item) {
  const begun = Date.parse(item.valid_from) <= serverNow();
  return begun && (!item.valid_until || serverNow() < Date.parse(item.valid_until));
}

// With a clock that cannot be right, and after the playlist's own time, only what is always true may be shown.
function mayShow(item) {
  if (clockIsWrong()) return item.evergreen;
  return isDue(item) && (item.evergreen || !isStale());
}

const pages = () => playlist.items.filter(mayShow).flatMap((item) => item.pages.map((page) => ({ item, page })));

function show() {
  clearTimeout(timer);
  if (!playlist) {
    timer = setTimeout(show, 1000);
    return;
  }
  const all = pages();
  position = all.length ? (position + 1) % all.length : -1;
  const { item, page } = all.length ? all[position] : { item: null, page: playlist.plate };
  shown = item;
  draw(page, item ? item.item_id : "plate");
  timer = setTimeout(show, page.dwell_ms);
}

// A picture that cannot be had gives way to the board's name: what was there before may be over.
function draw(page, name) {
  const next = new Image();
  const swap = (whether) => {
    if (whether) frame.src = next.src;
    frame.dataset.shows = whether ? name : "";
    frame.hidden = !whether;
    plate.hidden = whether;
  };
  next.addEventListener("load", () => swap(true));
  next.addEventListener("error", () => swap(false));
  next.src = pictures.get(here(page.url)) ?? here(page.url);
}

async function fetchPictures() {
  const wanted = new Set([playlist.plate, ...playlist.items.flatMap((item) => item.pages)].map((page) => here(page.url)));
  for (const [url, kept] of pictures) {
    if (wanted.has(url)) continue;
    URL.revokeObjectURL(kept);
    pictures.delete(url);
  }
  for (const url of wanted) {
    if (pictures.has(url)) continue;
    try {
      const answer = await fetch(url);
      if (answer.ok) pictures.set(url, URL.createObjectURL(await answer.blob()));
    } catch {
      return; // Tried again after the next poll.
    }
  }
}

function take(fresh) {
  playlist = fresh;
  const same = (item) => item.item_id === shown.item_id && item.revision === shown.revision;
  if (!shown || !fresh.items.some(same)) show();
}

async function poll() {
  try {
    const answer = await fetch(address, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    const clock = answer.headers.get("X-Server-Time");
    if (clock) offset = Date.parse(clock) - Date.now();
    const fresh = answer.status === 200 ? await answer.json() : null;
    if (fresh && Array.isArray(fresh.items)) {
      etag = answer.headers.get("ETag");
      take(fresh);
    }
    if (playlist) await fetchPictures();
  } catch {
    // Out of reach: the last good playlist goes on until its items end.
  }
  setTimeout(poll, (playlist?.poll_after_s ?? 30) * 1000);
}

show();
poll();
