// Light pages: everything works without this file. It shrinks photos, shows them, takes a signature, copies a code.
import "../position.js";

const LONGEST = 1600;

function shrink(file) {
  return new Promise((done) => {
    const address = URL.createObjectURL(file);
    const image = new Image();
    image.onerror = () => { URL.revokeObjectURL(address); done({ file, canvas: null }); };
    image.onload = () => {
      const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob((blob) => {
        const small = blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
        done({ file: small, canvas });
      }, "image/jpeg", 0.72);
    };
    image.src = address;
  });
}

function photos(input) {
  const most = input.multiple ? 3 : 1;
  const row = document.createElement("div");
  row.className = "shots";
  row.setAttribute("aria-live", "polite");
  const frame = input.closest(".snap");
  frame.parentNode.insertBefore(row, frame);
  let kept = [];
  input.addEventListener("change", () => {
    Promise.all(Array.from(input.files).map(shrink)).then((found) => {
      kept = (input.multiple ? kept.concat(found) : found).slice(-most);
      row.textContent = "";
      kept.forEach((one) => one.canvas && row.appendChild(one.canvas));
      try { // older phones cannot set the list: then the photos go as they are
        const list = new DataTransfer();
        kept.forEach((one) => list.items.add(one.file));
        input.files = list.files;
      } catch (error) { kept = found; }
    });
  });
}

function pad(frame) {
  const canvas = frame.querySelector("canvas");
  const field = document.querySelector("[data-strokes]");
  const pen = canvas.getContext("2d");
  const strokes = [];
  let line = null;
  let begun = 0;
  frame.hidden = false;
  function size() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    pen.lineWidth = 2.6 * ratio;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#17202c";
    strokes.forEach((stroke) => draw(stroke, 0));
  }
  function draw(stroke, from) {
    pen.beginPath();
    stroke.slice(Math.max(0, from - 1)).forEach((at, index) => {
      pen[index ? "lineTo" : "moveTo"](at[0] * canvas.width, at[1] * canvas.height);
    });
    pen.stroke();
  }
  function point(event) {
    const box = canvas.getBoundingClientRect();
    begun = begun || event.timeStamp;
    const part = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
    return [part((event.clientX - box.left) / box.width), part((event.clientY - box.top) / box.height), Math.round(event.timeStamp - begun)];
  }
  function keep() {
    field.value = strokes.length ? JSON.stringify({ ratio: canvas.clientWidth / canvas.clientHeight, strokes }) : "";
  }
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    line = [point(event)];
    strokes.push(line);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line) return;
    line.push(point(event));
    draw(line, line.length - 1);
  });
  ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => { line = null; keep(); }));
  frame.querySelector(".redo").addEventListener("click", () => { strokes.length = 0; begun = 0; size(); keep(); });
  window.addEventListener("resize", size);
  size();
}

document.querySelectorAll("[data-photos]").forEach(photos);
document.querySelectorAll("[data-pad]").forEach(pad);
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", () => navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.lastElementChild.textContent = button.dataset.done;
  }));
});
document.querySelectorAll("form[method=post]").forEach((form) => form.addEventListener("submit", (event) => {
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.setTimeout(() => delete form.dataset.sent, 8000); // a page that came back from the history sends again
}));
const wrong = document.querySelector(".errs, [aria-invalid=true]");
if (wrong) wrong.scrollIntoView({ block: "center" });
