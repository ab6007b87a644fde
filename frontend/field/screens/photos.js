// A photo as it lies on the phone: shown from its sealed bytes, with its hour and what is doubtful about it.

import { h, icon } from "../dom.js";
import { hourOf } from "../logic/days.js";

const shown = new Map(); // id → address of the opened picture; a few dozen at most, given back when a visit ends

export function photoTile(app, photo, css = "") {
  const picture = h("img", { alt: "", width: "68", height: "68" });
  const address = shown.get(photo.id);
  if (address) picture.src = address;
  else
    app.store.photo(photo.id).then((blob) => {
      if (!blob) return;
      shown.set(photo.id, URL.createObjectURL(blob));
      picture.src = shown.get(photo.id);
    });
  const doubts = photo.flags.filter((flag) => flag !== "gallery");
  const marks = [photo.source === "gallery" && app.t("photo.gallery"), doubts.length > 0 && app.t("photo.doubt")].filter(Boolean);
  return h("div", { class: `p-shot ${css}`, title: photo.flags.map((flag) => app.t(`flag.${flag}`)).join(", ") },
    picture, h("span", {}, marks.length ? [icon("alert-circle"), marks.join(" ")] : hourOf(Date.parse(photo.taken_at)))); // prettier-ignore
}

export function forgetPictures() {
  for (const address of shown.values()) URL.revokeObjectURL(address);
  shown.clear();
}
