// The rundown without reloading: every form inside it answers with the rundown as it now is. Items are dragged by their
// grip with mouse, pen or finger, or moved with the arrow keys; without this script the buttons do the same.
const home = document.querySelector("[data-rundown]").parentElement;
const rundown = () => home.querySelector("[data-rundown]");

async function send(form, focus) {
  const data = new FormData(form);
  rundown().setAttribute("aria-busy", "true");
  let html = "";
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Part": "rundown" } });
    html = await answer.text();
    if (!html.includes("data-rundown")) throw new Error(answer.status);
  } catch {
    form.submit();
    return;
  }
  home.innerHTML = html;
  const read = document.querySelector("[data-read-items]");
  read?.replaceChildren(home.querySelector("[data-fresh-items]").content);
  const next = focus && home.querySelector(focus);
  (next && !next.disabled ? next : home.querySelector("[data-key]"))?.focus({ preventScroll: true });
}

home.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-rundown-form]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  const key = form.querySelector("[data-key]")?.dataset.key ?? "";
  send(form, key && `[data-key="${key}"]`);
});

const order = () => [...home.querySelectorAll("[data-order] > [data-item]")].map((item) => item.dataset.item).join(",");

function keep(item) {
  const form = home.querySelector("[data-order-form]");
  form.elements.order.value = order();
  send(form, `[data-item="${item.dataset.item}"] [data-grip]`);
}

function middle(item) {
  return item.getBoundingClientRect().top + item.offsetHeight / 2;
}

/** Put the item before or after the neighbour whose middle the pointer has passed. */
function follow(item, y) {
  const before = item.previousElementSibling;
  const after = item.nextElementSibling;
  if (before && y < middle(before)) before.before(item);
  else if (after && y > middle(after)) after.after(item);
}

home.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button) return;
  event.preventDefault();
  grip.focus({ preventScroll: true });
  const item = grip.closest("[data-item]");
  const start = order();
  const move = (moved) => follow(item, moved.clientY);
  const end = (ended) => {
    item.classList.remove("rundown-moving");
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    if (ended.type === "pointerup" && order() !== start) keep(item);
  };
  item.classList.add("rundown-moving");
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
});

home.addEventListener("keydown", (event) => {
  const item = event.target.closest("[data-grip]")?.closest("[data-item]");
  if (!item || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const other = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (event.key === "ArrowUp") other.before(item);
  else other.after(item);
  keep(item);
});
