// The inbox by keyboard: j and k step, a goes to the button that approves (Enter presses it), r opens the field for the reason.
const inbox = document.querySelector("[data-inbox]");

function step(by) {
  const items = [...inbox.querySelectorAll(".inbox-item")];
  const here = items.findIndex((item) => item.classList.contains("active"));
  items[here < 0 ? 0 : here + by]?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => inbox.querySelector("[data-approve] button")?.focus(),
  r: () => {
    const details = inbox.querySelector("[data-return]");
    if (!details) return;
    details.open = true;
    details.querySelector("textarea").focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (!inbox || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
