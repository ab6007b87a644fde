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
  if (form.enctype !== "multipart/form-data") window.setTimeout(() => delete form.dataset.sent, 8000); // a page that came back from the history sends again
}));

// A form with photos is sent from here, so that a line that breaks loses neither photos nor words: the whole form goes again until
// it arrives, and its token makes it one. Not in pieces: shrunk, three photos are less than a megabyte.
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30];
const zh = document.documentElement.lang.startsWith("zh");
const lost = zh ? "网络断了，照片和文字都还在，正在重新发送…" : "The line broke. Photos and words are still here; sending again …";
const gaveUp = zh ? "还是发不出去。请有网络时再点一次“提交”。" : "It does not go through. Tap send again when there is a network.";

function pause(seconds) {
  return new Promise((done) => {
    window.setTimeout(done, seconds * 1000);
    window.addEventListener("online", done, { once: true });
  });
}

function patient(form) {
  const says = document.createElement("div");
  says.className = "net";
  says.setAttribute("role", "status");
  says.hidden = true;
  form.insertBefore(says, form.firstChild);
  const tell = (words) => { says.hidden = !words; says.textContent = words; };
  async function send(data) {
    for (const seconds of PAUSES) {
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
        if (answer.redirected) { window.location.assign(answer.url); return; }
        if (answer.status < 500) { form.submit(); return; } // the page with what is missing comes from the server
      } catch { /* nothing came back */ }
      tell(lost);
      await pause(seconds);
    }
    delete form.dataset.sent;
    tell(gaveUp);
  }
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // sent already
    event.preventDefault();
    if (event.submitter && event.submitter.name) {
      const chosen = document.createElement("input");
      chosen.type = "hidden";
      chosen.name = event.submitter.name;
      chosen.value = event.submitter.value;
      form.appendChild(chosen);
    }
    send(new FormData(form));
  });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach((form) => delete form.dataset.sent);
});
if (window.fetch) document.querySelectorAll("form[enctype]").forEach(patient);

const wrong = document.querySelector(".errs, [aria-invalid=true]");
if (wrong) wrong.scrollIntoView({ block: "center" });
