// The service worker: the app starts from it with no network at all. It keeps the page, its script and style, and every
// edition of the rule book that was loaded. It never answers for the programming interface: what is on the phone is kept by
// the app itself, in words the inspector sees.
//
// A new version waits until the app says that no draft is open; the one that runs is never changed underneath a visit.

const SHELL = `anju-shell-${__SHELL__}`;
const RULEBOOKS = "anju-rulebooks";
const PAGE = "/field/";

self.addEventListener("install", (event) => event.waitUntil(fillShell()));

async function fillShell() {
  const page = await fetch(PAGE, { cache: "no-store", credentials: "same-origin" });
  // signed out, the server may send the browser to its sign-in: that is no shell
  if (!page.ok || page.redirected) throw new Error("the field app's page did not come");
  const text = await page.clone().text();
  const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]).filter((part) => /\.(js|css|svg|png|webmanifest)(\?|$)/.test(part));
  const cache = await caches.open(SHELL);
  await cache.addAll([...new Set(parts)]);
  await cache.put(PAGE, page);
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("anju-shell-") && name !== SHELL).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/field/api/")) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(shellFirst(PAGE, event.request));
  else if (url.pathname.startsWith("/field/rulebook")) event.respondWith(rulebookFirst(event.request));
  else if (event.request.mode !== "navigate") event.respondWith(shellFirst(event.request, event.request));
});

async function shellFirst(key, request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(key)) ?? fetch(request);
}

// An edition's address carries its hash, so what is kept is right for ever.
async function rulebookFirst(request) {
  const cache = await caches.open(RULEBOOKS);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
