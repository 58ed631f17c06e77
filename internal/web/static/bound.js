// The pass that this phone signs itself: it holds keys that no script can read, asks the server for credentials
// every few hours, and signs the time every 30 seconds. Without a connection it goes on until they end.

const batch = 8;            // credentials at a time, each with a key of its own
const interval = 30000;     // ms between two signatures
const alive = 55000;        // ms for which a signature is taken
const showing = 5 * 60000;  // ms after which another credential is shown, so that doors can't compare them
const away = 60000;         // ms after which somebody who comes back shows another one

const live = document.querySelector("[data-bound]");
const offline = document.querySelector("[data-offline]");
const { place, bound: address } = live.dataset; // "bound" says "ready" later
const [, keys, drawing, pass] = live.dataset.files.split(" ");
const { device, forget, load, save } = await import(keys);
const { draw } = await import(drawing);
const { presentation, shownBytes } = await import(pass);
let record, current, taken = 0, drawn = 0, left = 0, timer;

const now = () => Date.now() + record.ahead;
const valid = () => record && now() < record.expires;
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const plain = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const clock = (time) => new Intl.DateTimeFormat("en-GB", {
  timeZone: live.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(time);
const fill = (text, ...values) => text.replaceAll(/%s/g, () => values.shift());

class Ended extends Error {}

// renew asks for new credentials. The keys are made here, and their private halves never leave the browser.
async function renew(session) {
  const pair = await device(session);
  const make = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const pairs = await Promise.all(Array.from({ length: batch }, make));
  const points = await Promise.all([pair, ...pairs].map(async ({ publicKey }) => base64(await crypto.subtle.exportKey("raw", publicKey))));
  const text = ["HCP2 keys", place, ...points].join("\n");
  const proof = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(text));
  const response = await fetch(address, {
    method: "POST", redirect: "manual", cache: "no-store", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout?.(10000),
    body: JSON.stringify({ device: points[0], keys: points.slice(1), proof: base64(proof) }),
  });
  if (response.type === "opaqueredirect" || [401, 404].includes(response.status)) throw new Ended("signed out");
  if (response.status === 409) throw new Ended("another device");
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const answer = await response.json();
  const ahead = Date.parse(answer.now) - Date.now();
  const expires = Date.parse(answer.expires), life = expires - Date.parse(answer.now);
  const changes = answer.until && Date.parse(answer.until) <= expires;
  record = {
    session, ahead, expires, state: answer.state, name: answer.name, until: answer.until, asOf: Date.parse(answer.now),
    // Before the end at a moment of its own, so that a city doesn't come at once. What ends with its state can't be renewed before.
    renew: changes ? expires + 500 + Math.random() * 4500 : expires - life * (1 / 12 + Math.random() / 4),
    credentials: answer.credentials.map((credential, i) => ({ credential: plain(credential), key: pairs[i].privateKey, shown: 0 })),
  };
  current = null;
  await save(place, record);
}

// choose takes the credential that was shown longest ago, and stays with it for one showing.
async function choose() {
  if (current && Date.now() - taken < showing) return;
  current = record.credentials.reduce((least, c) => c.shown < least.shown ? c : least);
  current.shown = taken = Date.now();
  await save(place, record);
}

async function show() {
  await choose();
  const at = Math.floor(now() / 1000);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, current.key, await shownBytes(current.credential, at));
  const text = presentation(current.credential, at, new Uint8Array(signature));
  const until = clock(Math.min(at * 1000 + alive, record.expires));
  const name = document.querySelector(`template[data-state="${record.state}"]`)?.dataset.name ?? live.dataset.stateName;
  const block = document.createElement("div");
  Object.assign(block.dataset, { pass: "", state: record.state, life: String(alive), text });
  const line = (words) => Object.assign(document.createElement("p"), { className: "fine", textContent: words });
  block.append(draw(text, fill(live.dataset.title, name, until)), line(fill(live.dataset.until, until)), line(fill(live.dataset.note, clock(record.expires))));
  live.replaceChildren(block);
  live.dataset.signed = String(at);
  drawn = Date.now();
}

// say puts the state and the name of what is kept onto the page that has none of its own.
function say() {
  const template = document.querySelector(`template[data-state="${record.state}"]`);
  const main = document.querySelector("[data-kept]");
  if (!main || !template) return;
  main.querySelector("[data-badge]").replaceChildren(template.content.cloneNode(true));
  main.querySelector("[data-name]").textContent = record.name;
  const format = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
    timeZone: live.dataset.zone, month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  main.querySelector("[data-as-of]").textContent = fill(main.dataset.asOf, format.format(record.asOf));
  main.hidden = false;
  document.querySelector("[data-none]").hidden = true;
}

// keep renews in time, signs in time, and hides what is no longer taken.
async function keep() {
  clearTimeout(timer);
  try {
    if (now() >= record.renew && Date.now() >= left) {
      const before = record.state;
      try {
        await renew(record.session);
        left = 0;
      } catch (cause) {
        if (cause instanceof Ended) return end();
        left = Date.now() + 15000 * (1 + Math.random()); // the old ones go on meanwhile
      }
      if (record.state !== before) {
        if (!document.querySelector("[data-live]")) return location.reload();
        live.dataset.state = record.state; // live.js has renewed the page around the pass
        drawn = 0;
      }
    }
    if (valid() && Date.now() - drawn >= interval) await show();
  } finally {
    const late = !valid() || Date.now() - drawn >= alive;
    live.classList.toggle("stale", late);
    offline.hidden = !late;
    document.documentElement.classList.toggle("renewing", !late);
  }
  timer = setTimeout(keep, 1000);
}

// end is for a phone that was signed out: its keys are of no use to anybody.
async function end() {
  clearTimeout(timer);
  await forget();
  location.href = live.dataset.again;
}

// changed is called when the server says that the state may have: the page asks at once, at a moment of its own.
function changed() {
  record.renew = Math.min(record.renew, now() + Math.random() * 2000);
  left = 0;
}

async function start() {
  const { session } = live.dataset; // none on the page that the phone keeps
  record = await load(place);
  if (session && record?.session !== session) record = null;
  if (!record && !session) return false;
  if (!record || !valid() || now() >= record.renew || live.dataset.state && live.dataset.state !== record.state) {
    const kept = record;
    try {
      await renew(session ?? record.session);
    } catch (cause) {
      if (cause instanceof Ended) {
        if (!session) return end();
        if (cause.message === "another device") document.querySelector("[data-other]").hidden = false;
        throw cause;
      }
      record = kept;
      if (!valid()) throw cause;
    }
  }
  if (live.dataset.state && live.dataset.state !== record.state) return location.reload();
  say();
  await show();
  live.dataset.bound = "ready";
  live.addEventListener("status", (event) => {
    event.preventDefault(); // this script draws the pass
    record.renew = 0;
    left = 0;
    keep();
  });
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") { hiddenAt = Date.now(); return; }
    if (Date.now() - hiddenAt > away) current = null;
    keep();
  });
  keep();
  keepPages();
  return true;
}
let hiddenAt = 0;

// keepPages lets the page open without a connection.
async function keepPages() {
  const registration = await navigator.serviceWorker?.register(live.dataset.worker, { scope: "/in/" }).catch(() => null);
  if (!registration) return;
  const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((element) => new URL(element.href ?? element.src).pathname);
  (await navigator.serviceWorker.ready).active.postMessage({ keep: [live.dataset.show, ...files, ...live.dataset.files.split(" ")] });
}

start().then((bound) => { if (!bound) live.dispatchEvent(new Event("unbound")); },
  () => live.dispatchEvent(new Event("unbound")));
