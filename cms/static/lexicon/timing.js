// A stopwatch for one reading: start at the first word, stop at the last; the seconds go into the form.
const shown = (ms) => (ms / 1000).toFixed(1).replace(".", ",");
const form = document.querySelector("[data-timing]");

if (form) {
  const face = form.querySelector("[data-face]");
  const start = form.querySelector("[data-start]");
  const stop = form.querySelector("[data-stop]");
  let began = 0;
  let ticking = 0;

  form.querySelector("[data-watch]").hidden = false;

  start.addEventListener("click", () => {
    began = performance.now();
    ticking = setInterval(() => { face.textContent = shown(performance.now() - began); }, 100);
    start.hidden = true;
    stop.hidden = false;
    stop.focus();
  });

  stop.addEventListener("click", () => {
    const took = performance.now() - began;
    clearInterval(ticking);
    face.textContent = shown(took);
    form.elements.seconds.value = shown(took);
    stop.hidden = true;
    start.hidden = false;
    form.elements.seconds.focus();
  });
}
