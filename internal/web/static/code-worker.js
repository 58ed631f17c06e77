// Opens a phone's code where there is no connection, or a server that doesn't answer. It keeps one page of each
// place, which says nothing of anybody, and its files.

const name = "code";
const patience = 2500; // ms that the whole page may take
const rest = 30000;    // ms for which a server that is too busy isn't asked again, unless it says for how long
let busy = 0;          // until when

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));

async function keep(paths) {
  const cache = await caches.open(name);
  const files = new Set(paths);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/static/") && !files.has(pathname)) await cache.delete(request);
  }
  for (const path of paths) {
    if (path.startsWith("/static/") && await cache.match(path)) continue;
    const response = await fetch(path).catch(() => null);
    if (response?.ok && !response.redirected) await cache.put(path, response);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const [, place, page] = /^\/in\/([^/]+)\/(code|show)$/.exec(pathname) ?? [];
  if (request.mode === "navigate" && page === "show") {
    event.respondWith(kept(place).then((hit) => hit ?? fetch(request)));
  } else if (request.mode === "navigate" && page === "code" && (!search || search === "?all")) {
    event.respondWith(whole(request, place, !search));
  } else if (pathname.startsWith("/static/")) {
    event.respondWith(caches.match(pathname).then((hit) => hit ?? fetch(request)));
  }
});

const kept = (place) => caches.match(`/in/${place}/show`);

// whole is the page with everything; where it doesn't come in time, the one that is kept.
async function whole(request, place, patient) {
  const hit = await kept(place);
  if (hit && patient && Date.now() < busy) return hit;
  const answer = fetch(request);
  if (!hit) return answer;
  const late = new Promise((done) => setTimeout(done, patience, "late"));
  const response = await Promise.race([answer.catch(() => null), late]);
  if (response?.status && ![429, 502, 503, 504].includes(response.status) || response?.type === "opaqueredirect") return response;
  if (response) busy = Date.now() + Math.min(Number(response.headers?.get("Retry-After")) * 1000 || rest, 300000) * (1 + Math.random() / 2);
  return hit;
}
