// Opens the page of the door where there is no connection. It keeps that page and its files, and nothing else.

const name = "door";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));

// keep brings the kept files to those of the list. A file's address changes with its content, the page's doesn't.
async function keep(paths) {
  const cache = await caches.open(name);
  const have = new Set();
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (paths.includes(path)) have.add(path);
    else await cache.delete(request);
  }
  for (const path of paths) {
    if (have.has(path) && path.startsWith("/static/")) continue;
    const response = await fetch(path).catch(() => null);
    if (response?.ok && !response.redirected) await cache.put(path, response);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/door") {
    event.respondWith(fetch(request).catch(async () => await caches.match("/door") ?? Response.error()));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(caches.match(pathname).then((hit) => hit ?? fetch(request)));
  }
});
