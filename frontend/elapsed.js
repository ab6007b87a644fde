// Seconds that run between two answers of the server: data-elapsed (up, from a moment), data-left (down, to a moment).
// The server wrote the text; a page without scripts is a refresh behind at most. A new call shakes the phone once.
const drift = Date.parse(document.documentElement.dataset.now || "") - Date.now() || 0;
const text = (ms) => { const s = Math.max(0, Math.floor(Math.abs(ms) / 1000)); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
let known = document.querySelector("[data-callout]")?.dataset.callout;

function run() {
  const now = Date.now() + drift;
  document.querySelectorAll("[data-elapsed]").forEach((place) => { place.textContent = text(now - Date.parse(place.dataset.elapsed)); });
  document.querySelectorAll("[data-left]").forEach((place) => { place.textContent = text(Date.parse(place.dataset.left) - now); });
}
setInterval(run, 1000);
document.addEventListener("htmx:afterSettle", () => {
  run();
  const here = document.querySelector("[data-callout]")?.dataset.callout;
  if (here && here !== known) navigator.vibrate?.([500, 200, 500, 200, 500]);
  known = here;
});
