// Small pieces of page that scripts make, and the way to a control.
import { words } from "./requests.js";

/** An icon of the site's own set. */
export function icon(name, label = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", "1em");
  svg.setAttribute("height", "1em");
  svg.setAttribute("fill", "currentColor");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${words.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with a class and children. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Calls `action` once things have been quiet for `wait` milliseconds. */
export function quiet(action, wait) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** The control that a finding or a refusal is about. */
export function control(field) {
  const named = document.getElementById(field) || document.getElementsByName(field)[0];
  if (named && named.type !== "hidden") return named;
  const parent = field.includes(".") ? field.slice(0, field.lastIndexOf(".")) : "";
  return parent ? control(parent) : named || null;
}

/** Opens whatever hides a control, brings it into view and puts the cursor there. */
export function jump(field) {
  const target = control(field);
  if (!target) return;
  document.body.classList.remove("previewing");
  for (let here = target; here; here = here.parentElement) {
    if (here.tagName === "DETAILS") here.open = true;
    if (here.classList?.contains("tab-pane") && !here.classList.contains("active")) {
      const tab = document.querySelector(`[data-bs-target="#${CSS.escape(here.id)}"]`);
      if (tab) window.bootstrap?.Tab.getOrCreateInstance(tab).show();
    }
  }
  const inside = target.matches("input, textarea, select") ? target : target.querySelector("input:not([type=hidden]), textarea, select, summary");
  (inside || target).focus();
  target.scrollIntoView({ block: "center" });
  target.classList.add("jumped");
  setTimeout(() => target.classList.remove("jumped"), 1600);
}
