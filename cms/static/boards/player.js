// Plays a board's playlist in a browser. Polls as often as the playlist asks, cuts a withdrawn item at once, keeps the
// last good playlist while the server cannot be reached, and then shows only what is still valid.
"use strict";

const address = document.body.dataset.playlist;
const frame = document.getElementById("frame");
const plate = document.getElementById("plate");
let playlist = null;
let etag = null;
let offset = 0;
let position = -1;
let shown = null;
let timer = null;

const serverNow = () => Date.now() + offset;

function pages() {
  if (!playlist) return [];
  const stale = playlist.stale_after && serverNow() > Date.parse(playlist.stale_after);
  return playlist.items
    .filter((item) => !stale || item.evergreen)
    .filter((item) => Date.parse(item.valid_from) <= serverNow() && (!item.valid_until || serverNow() < Date.parse(item.valid_until)))
    .flatMap((item) => item.pages.map((page) => ({ item, page })));
}

function show() {
  clearTimeout(timer);
  const all = pages();
  if (!all.length && !playlist) {
    timer = setTimeout(show, 1000);
    return;
  }
  position = all.length ? (position + 1) % all.length : -1;
  const { item, page } = all.length ? all[position] : { item: null, page: playlist.plate };
  const next = new Image();
  next.onload = () => {
    frame.src = next.src;
    frame.hidden = false;
    plate.hidden = true;
  };
  next.src = page.url;
  shown = item;
  timer = setTimeout(show, page.dwell_ms);
}

async function poll() {
  let pause = 30;
  try {
    const answer = await fetch(address, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
    const clock = answer.headers.get("X-Server-Time");
    if (clock) offset = Date.parse(clock) - Date.now();
    if (answer.status === 200) {
      const fresh = await answer.json();
      if (Array.isArray(fresh.items)) {
        playlist = fresh;
        etag = answer.headers.get("ETag");
        const same = (item) => item.item_id === shown.item_id && item.revision === shown.revision;
        if (!shown || !fresh.items.some(same)) show();
      }
    }
  } catch {
    // Out of reach: the last good playlist goes on until its items end.
  }
  if (playlist && playlist.poll_after_s) pause = playlist.poll_after_s;
  setTimeout(poll, pause * 1000);
}

show();
poll();
