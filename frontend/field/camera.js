// The viewfinder in the app. A picture is taken here, shrunk here, and never lies among the phone's other pictures. Where
// there is no camera to be had, a file is taken instead and marked as such.

import { button, h, icon } from "./dom.js";

const WIDEST = 1600;
const QUALITY = 0.7;

// Opens the camera into `video`; null where the browser or the owner refuses.
export async function openCamera(video) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1440 } } });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch {
    return null;
  }
}

export const closeCamera = (stream) => stream?.getTracks().forEach((track) => track.stop());

function drawn(source, width, height) {
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/jpeg", QUALITY));
}

export const grab = (video) => drawn(video, video.videoWidth, video.videoHeight);

export async function shrunk(file) {
  const picture = await createImageBitmap(file);
  try {
    return await drawn(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}

// The browser cannot tell a picture just taken by the phone's own camera from an old one: both are "gallery".
export function filePicker(app, label, onShot) {
  const choose = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      onShot({ blob: await shrunk(file), source: "gallery" });
    } catch {
      app.toast(app.t("photo.unreadable"));
    }
  };
  const input = h("input", { type: "file", accept: "image/*", class: "a-sr", on: { change: choose } });
  return h("label", { class: "p-btn" }, icon("photo"), label, input);
}

// One photo: a shutter and the way back. Returns {blob, source}, or null when it was left.
export function takePhoto(app, title, small = "") {
  return new Promise((done) => {
    const { t } = app;
    const video = h("video", { class: "pic", muted: true, playsInline: true, "aria-label": t("camera.view") });
    let stream = null;
    const end = (shot) => {
      closeCamera(stream);
      overlay.remove();
      removeEventListener("hashchange", moved);
      done(shot);
    };
    const here = location.hash;
    const leave = () => end(null);
    const moved = () => location.hash !== here && leave(); // the event of the way here may still be to come
    const shutter = h("button", { type: "button", class: "p-shutter", disabled: true, "aria-label": t("camera.shutter"), on: { click: async () => end({ blob: await grab(video), source: "camera" }) } }, icon("camera"));
    const tag = h("span", {}, title, small && h("small", {}, small));
    const overlay = h("div", { class: "p p-overlay", role: "dialog", "aria-label": title },
      h("div", { class: "p-cam" }, video, h("div", { class: "tag" }, icon("camera"), tag)),
      h("footer", { class: "p-foot" }, shutter, h("div", { class: "pair" }, filePicker(app, t("camera.gallery"), end), button(t("camera.later"), leave)))); // prettier-ignore
    addEventListener("hashchange", moved);
    document.body.append(overlay);
    openCamera(video).then((opened) => {
      stream = opened;
      if (!overlay.isConnected) closeCamera(opened);
      else if (opened) shutter.disabled = false;
      else tag.replaceChildren(t("camera.none"));
    });
  });
}
