// A form with data-position is sent together with where the phone is, if its owner lets it say so; after five seconds without.
// data-position="coarse": rounded to a hundred metres, for people who only scan a sign.
const zh = document.documentElement.lang.startsWith("zh");
const words = zh ? { wait: "正在读取手机位置 …", none: "没有位置，照常提交" } : { wait: "Asking the phone where it is …", none: "No position; sent without it" };

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-position]");
  if (!form || form.dataset.asked || !navigator.geolocation) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.asked = "1";
  const says = form.querySelector("[data-position-says]");
  if (says) says.textContent = words.wait;
  const coarse = form.dataset.position === "coarse";
  const fill = (name, value) => {
    const field = form.elements[name];
    if (field) field.value = value === undefined || value === null ? "" : coarse ? value.toFixed(3) : String(value);
  };
  const send = () => form.requestSubmit();
  navigator.geolocation.getCurrentPosition((found) => {
    for (const name of ["latitude", "longitude", "accuracy"]) fill(name, found.coords[name]);
    send();
  }, () => { if (says) says.textContent = words.none; send(); }, { enableHighAccuracy: true, timeout: 5000, maximumAge: 10000 });
}, true);
