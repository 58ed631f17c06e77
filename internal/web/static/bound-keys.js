// Keeps this phone's keys and credentials in the browser. The keys can be used by these pages and taken out by nobody.

const name = "healthcode";

const request = (r) => new Promise((done, failed) => { r.onsuccess = () => done(r.result); r.onerror = () => failed(r.error); });

let opened;
function open() {
  opened ??= new Promise((done, failed) => {
    const r = indexedDB.open(name, 1);
    r.onupgradeneeded = () => r.result.createObjectStore("kept");
    r.onerror = () => failed(r.error);
    r.onsuccess = () => {
      r.result.onversionchange = () => { r.result.close(); opened = null; }; // somebody signs out
      done(r.result);
    };
  });
  return opened;
}

async function store(mode) {
  return (await open()).transaction("kept", mode).objectStore("kept");
}

// load returns what was saved of a place, if anything.
export async function load(place) {
  return request((await store("readonly")).get(`code ${place}`));
}

export async function save(place, record) {
  await request((await store("readwrite")).put(record, `code ${place}`));
}

// device returns the key pair of this browser in a session, and makes it where there is none.
export async function device(session) {
  const kept = await request((await store("readonly")).get("device"));
  if (kept?.session === session) return kept.pair;
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  await request((await store("readwrite")).put({ session, pair }, "device"));
  navigator.storage?.persist?.().catch(() => {});
  return pair;
}

// forget deletes every key and credential.
export async function forget() {
  (await opened?.catch(() => null))?.close();
  opened = null;
  await Promise.race([request(indexedDB.deleteDatabase(name)), new Promise((done) => setTimeout(done, 1000))]).catch(() => {});
  await globalThis.caches?.delete("code").catch(() => {});
}
