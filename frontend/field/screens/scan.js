// Scan a door sign: the browser's own reader where it has one, else our own.

import jsQR from "jsqr";
import { h, icon } from "../dom.js";
import { closeCamera, openCamera } from "../camera.js";
import { foot, screen, top } from "../frame.js";
import { homeOfSign } from "../logic/today.js";

const PAUSE = 180; // ms between two looks
const SIDE = 720; // enough for a sign at arm's length, and quick on an old phone

export function scan(app) {
  const { t } = app;
  const video = h("video", { class: "pic", muted: true, playsInline: true, "aria-label": t("camera.view") });
  const tag = h("span", {}, t("scan.hint"));
  const view = h("div", { class: "p-cam" }, video, h("div", { class: "tag" }, icon("scan"), tag));
  const typed = h("input", { type: "text", autocapitalize: "characters", placeholder: t("scan.typed"), "aria-label": t("scan.typed"), on: { change: (event) => found(app, event.target.value, tag) } });
  openCamera(video).then((stream) => {
    if (!view.isConnected) return closeCamera(stream);
    if (!stream) return tag.replaceChildren(t("camera.none"));
    const stop = watch(video, (text) => found(app, text, tag));
    app.onLeave(() => (stop(), closeCamera(stream)));
  });
  return screen(
    top(t("tab.scan"), { back: "#/today", sub: t("scan.sub") }),
    view,
    foot(h("div", { class: "p-field" }, h("div", { class: "in" }, typed, icon("search"))), h("a", { class: "p-btn", href: "#/find" }, icon("search"), t("tab.find")))); // prettier-ignore
}

function found(app, text, tag) {
  const home = homeOfSign(text, app.homes);
  if (home) {
    location.replace(`#/home/${home.code}`);
    return true;
  }
  tag.replaceChildren(app.t("scan.unknown"));
  return false;
}

function watch(video, onText) {
  const read = reader();
  let on = true;
  let last = "";
  const look = async () => {
    if (!on) return;
    const text = video.videoWidth ? await read(video).catch(() => "") : "";
    if (on && text && text !== last) {
      last = text;
      if (onText(text)) on = false;
    }
    if (on) setTimeout(look, PAUSE);
  };
  look();
  return () => (on = false);
}

function reader() {
  if ("BarcodeDetector" in globalThis) {
    const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
    let broken = false;
    return async (video) => {
      if (broken) return byOurselves(video);
      try {
        return (await detector.detect(video))[0]?.rawValue ?? "";
      } catch {
        broken = true; // there by name only, as on some desktops
        return "";
      }
    };
  }
  return byOurselves;
}

const canvas = document.createElement("canvas");

async function byOurselves(video) {
  const scale = Math.min(1, SIDE / Math.min(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data ?? "";
}

