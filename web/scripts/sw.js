// Service worker: visited public pages stay readable without a network, and
// push messages of subscriptions are shown. Only answers that the server calls
// public are kept; nothing of a signed-in person is ever stored here.
const staticCache = "static-" + __VERSION__;
const pageCache = "pages-1";
const offlinePage = "/offline";
const pageLimit = 80;

self.addEventListener("install", (event) => {
  event.waitUntil(prepare());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromStatic(request));
  else if (request.mode === "navigate") event.respondWith(fromNetwork(request));
});

self.addEventListener("push", (event) => {
  const message = event.data?.json() ?? {};
  if (!message.title) return;
  event.waitUntil(self.registration.showNotification(message.title, {
    body: message.body,
    lang: message.lang,
    tag: message.tag,
    icon: __ICON__,
    data: { url: message.url ?? "/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/", location.origin);
  if (url.origin === location.origin) event.waitUntil(self.clients.openWindow(url.href));
});

async function prepare() {
  const cache = await caches.open(staticCache);
  await cache.addAll(__PRECACHE__);
  const answer = await fetch(offlinePage).catch(() => null);
  if (answer?.ok) await (await caches.open(pageCache)).put(offlinePage, answer);
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((n) => n !== staticCache && n !== pageCache).map((n) => caches.delete(n)));
  await self.clients.claim();
}

async function fromStatic(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && answer.headers.get("Cache-Control")?.includes("immutable")) {
    (await caches.open(staticCache)).put(request, answer.clone());
  }
  return answer;
}

async function fromNetwork(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.headers.get("Cache-Control")?.includes("public")) await keep(request, answer.clone());
    return answer;
  } catch (error) {
    const cache = await caches.open(pageCache);
    const known = (await cache.match(request)) ?? (await cache.match(offlinePage));
    if (known) return known;
    throw error;
  }
}

async function keep(request, answer) {
  const cache = await caches.open(pageCache);
  await cache.put(request, answer);
  const pages = (await cache.keys()).filter((r) => new URL(r.url).pathname !== offlinePage);
  for (const old of pages.slice(0, Math.max(0, pages.length - pageLimit))) await cache.delete(old);
}
