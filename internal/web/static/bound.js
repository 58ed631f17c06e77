// The pass that this phone signs itself: it holds keys that no script can read, asks the server for credentials
// every few hours, and signs the time every 30 seconds. Without a connection it goes on until they end.

const batch = 4;            // credentials at a time, each with a key of its own
const interval = 30000;     // ms between two signatures
const alive = 55000;        // ms for which a signature is taken
const showing = 5 * 60000;  // ms after which another credential is shown, so that doors can't compare them
const patience = 1000;      // ms that the server has to say whether the state still holds
const away = 60000;         // ms after which somebody who comes back shows another one

const live = document.querySelector("[data-bound]");
const offline = document.querySelector("[data-offline]");
const { place, bound: address } = live.dataset;
const [, keys, drawing, pass] = live.dataset.files.split(" ");
const { device, forget, load, save } = await import(keys);
const { draw } = await import(drawing);
const { presentation, shownBytes } = await import(pass);
let record, current, events, taken = 0, drawn = 0, left = 0, due = Infinity, hiddenAt = 0, timer;
let told = false;    // that the state may have changed
let doubted = false; // the server has said another state than the one that is kept
let turn = Promise.resolve();

const now = () => Date.now() + record.ahead;
const valid = () => record && now() < record.expires;
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const plain = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const clock = (time) => new Intl.DateTimeFormat("en-GB", {
  timeZone: live.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(time);
const fill = (text, ...values) => text.replaceAll(/%s/g, () => values.shift());

const soon = () => 15000 * (1 + Math.random()); // ms until the next try, at a moment of its own

class Ended extends Error {}

// fresh returns an answer of the server, or throws Ended where this phone is signed in no more.
async function fresh(address, options) {
  const response = await fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(10000), ...options });
  if (response.type === "opaqueredirect" || [401, 404].includes(response.status)) throw new Ended("signed out");
  if (response.status === 409) throw new Ended("another device");
  if (!response.ok) throw new Error(`answered ${response.status}`);
  return response.json();
}

// renew asks for new credentials. The keys are made here, and their private halves never leave the browser.
async function renew(session) {
  const pair = await device(session);
  const make = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const pairs = await Promise.all(Array.from({ length: batch }, make));
  const points = await Promise.all([pair, ...pairs].map(async ({ publicKey }) => base64(await crypto.subtle.exportKey("raw", publicKey))));
  const text = ["HCP2 keys", place, ...points].join("\n");
  const proof = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(text));
  const answer = await fresh(address, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ device: points[0], keys: points.slice(1), proof: base64(proof) }),
  });
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
  doubted = false;
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

// keep does a step after those that are under way.
function keep() {
  clearTimeout(timer);
  turn = turn.then(step, step);
  return turn;
}

// step renews in time, signs in time, and hides what is no longer taken.
async function step() {
  clearTimeout(timer);
  if (!record) return;
  try {
    if ((told || now() >= record.renew) && Date.now() >= left) {
      const before = record.state;
      told = false;
      try {
        await renew(record.session);
        left = 0;
        say();
      } catch (cause) {
        if (cause instanceof Ended) return end(cause);
        told = true;
        left = Date.now() + soon(); // the old ones go on meanwhile
      }
      if (record.state !== before) {
        if (live.dataset.state) live.dataset.state = record.state; // live.js has renewed the page around the pass
        drawn = 0;
      }
    }
    if (Date.now() >= due) ask();
    if (valid() && !doubted && Date.now() - drawn >= interval) await show();
  } catch (cause) {
    console.error(cause); // the next step tries again
  }
  if (record) {
    const late = !valid() || doubted || Date.now() - drawn >= alive;
    live.classList.toggle("stale", late);
    offline.hidden = !late;
    document.documentElement.classList.toggle("renewing", !late);
    timer = setTimeout(keep, 1000);
  }
}

// end is for a phone that was signed out: its keys are of no use to anybody, and its code is no longer taken.
async function end(cause) {
  clearTimeout(timer);
  events?.close();
  record = null;
  if (cause?.message === "another device") { // what was kept here is lost; the page goes on with the server's passes
    await forget();
    return location.assign(live.dataset.again);
  }
  const line = Object.assign(document.createElement("p"), { className: "alarm", textContent: live.dataset.ended });
  line.setAttribute("role", "alert");
  const way = document.createElement("p");
  way.append(Object.assign(document.createElement("a"), { className: "button wide", href: live.dataset.again, textContent: live.dataset.signIn }));
  document.querySelector("main").replaceChildren(line, way);
  await forget();
}

// changed is for when the server says that the state may have changed: new credentials say what it is now.
function changed() {
  told = true;
  left = 0;
  return keep();
}

// check asks whether what the kept page shows still holds: a short answer, where new credentials are much work.
async function check() {
  due = Date.now() + soon();
  const answer = await fresh(live.dataset.check);
  if (answer.session !== record.session) throw new Ended("somebody else is signed in");
  due = Infinity;
  const same = answer.state === record.state && (answer.until ? Date.parse(answer.until) : 0) === (record.until ? Date.parse(record.until) : 0);
  if (same) {
    record.asOf = Date.parse(answer.now);
    return say();
  }
  doubted = true;
  document.querySelector("[data-badge]").replaceChildren();
  live.replaceChildren();
  await changed();
}

// follow has the kept page told of changes at once. Most who open it are through the door before it is asked for.
function follow() {
  if (!record || events || !window.EventSource || document.visibilityState === "hidden") return;
  events = new EventSource(live.dataset.events);
  events.onopen = () => { ask(); live.dataset.following = ""; }; // what happened before went unseen
  events.onerror = () => { if (events.readyState === EventSource.CLOSED) { events = null; due = Date.now() + 2 * soon(); } };
  events.addEventListener("status", changed);
}

const later = () => { setTimeout(follow, 1000 + Math.random() * 5000); };

// ask is check, and follow some seconds later; what goes wrong is tried again.
async function ask() {
  try {
    await check();
    later();
  } catch (cause) {
    if (cause instanceof Ended) return end(cause);
  }
}

async function start() {
  const { session } = live.dataset; // none on the page that the phone keeps
  record = await load(place);
  if (session && record?.session !== session) record = null;
  if (!record && !session) return false;
  let renewed = false;
  if (!record || !valid() || now() >= record.renew || live.dataset.state && live.dataset.state !== record.state) {
    const kept = record;
    try {
      await renew(session ?? record.session);
      renewed = true;
    } catch (cause) {
      if (cause instanceof Ended) {
        if (!session) return end(cause).then(() => true);
        if (cause.message === "another device") document.querySelector("[data-other]").hidden = false;
        throw cause;
      }
      record = kept;
      if (!valid() || live.dataset.state && live.dataset.state !== record.state) throw cause;
    }
  }
  if (live.dataset.state && live.dataset.state !== record.state) return location.reload();
  // Nobody is shown an old state for as long as it takes a server that answers to say so.
  if (!session) {
    await Promise.race([renewed ? later() : ask(), new Promise((done) => setTimeout(done, patience))]);
  }
  if (!record) return true; // signed out
  if (!doubted) {
    say();
    if (Date.now() - drawn >= interval) await show();
  }
  live.dataset.bound = "ready";
  live.addEventListener("status", (event) => {
    event.preventDefault(); // this script draws the pass
    changed();
  });
  live.addEventListener("ended", (event) => {
    event.preventDefault();
    end();
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

// keepPages lets the page open without a connection.
async function keepPages() {
  if (!live.dataset.session && navigator.serviceWorker?.controller) return; // it is kept, and the whole page renews it
  const registration = await navigator.serviceWorker?.register(live.dataset.worker, { scope: "/in/", updateViaCache: "all" }).catch(() => null);
  if (!registration) return;
  const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((element) => new URL(element.href ?? element.src).pathname);
  (await navigator.serviceWorker.ready).active.postMessage({ keep: [live.dataset.show, ...files, ...live.dataset.files.split(" ")] });
}

start().then((bound) => { if (!bound) live.dispatchEvent(new Event("unbound")); },
  () => live.dispatchEvent(new Event("unbound")));
