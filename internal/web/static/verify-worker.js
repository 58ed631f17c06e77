// Opens the verifier's page where there is no connection. It keeps the page, its files and the trust lists, and
// nothing that was scanned: no request holds any of that.

const name = "verify";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep).then((whole) => event.ports[0]?.postMessage(whole))));

// keep brings the kept files to those of the list, and says whether all of them are there.
async function keep(paths) {
  const cache = await caches.open(name);
  for (const request of await cache.keys()) if (!paths.includes(new URL(request.url).pathname)) await cache.delete(request);
  let whole = true;
  for (const path of paths) {
    if (path.startsWith("/static/") && await cache.match(path)) continue;
    const response = await fetch(path).catch(() => null);
    if (response?.ok && !response.redirected) await cache.put(path, response);
    else whole &&= Boolean(await cache.match(path));
  }
  return whole;
}

addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const kept = async () => await (await caches.open(name)).match(pathname) ?? Response.error();
  if (request.mode === "navigate" && pathname === "/verify") event.respondWith(fetch(request).catch(kept));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(pathname).then((hit) => hit ?? fetch(request)));
});
