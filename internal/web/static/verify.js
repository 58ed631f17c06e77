// The verifier's page: asks the inspector (Go, compiled for the browser) on this device. What is scanned or typed
// is in the page alone; only the trust lists, and how far the clock is off, are kept.

const page = document.querySelector("[data-verify]");
const form = page.querySelector("[data-form]"), answer = page.querySelector("[data-answer]");
const fault = page.querySelector("[data-fault]"), clockNote = page.querySelector("[data-clock]");
const words = Object.fromEntries([...page.querySelectorAll("[data-words] dt")].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]));
const kept = "verify-clock", day = 24 * 60 * 60 * 1000, staleAfter = 7 * day;
const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);

let lists = null;  // the bundle that is in use
let ahead = 0;     // ms that the server's clock is ahead of this device's
let online = false, fetchedAt = 0, wrongClock = "", inspector = null;

const now = () => Date.now() + ahead;

function remembered() {
  try { return JSON.parse(localStorage.getItem(kept)) ?? {}; } catch { return {}; }
}

// load fetches the lists, or takes those that were kept.
async function load() {
  const before = remembered(), begin = Date.now();
  try {
    const response = await fetch(page.dataset.trust, { cache: "no-store", signal: AbortSignal.timeout?.(15000) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    lists = await response.json();
    ahead = Date.parse(lists.now) - (begin + Date.now()) / 2;
    online = true;
    try { localStorage.setItem(kept, JSON.stringify({ ahead, at: Date.now() })); } catch { /* it holds for as long as the page */ }
  } catch {
    online = false;
    const hit = lists ? null : await caches?.match(page.dataset.trust);
    if (hit) {
      lists = await hit.json();
      ahead = before.ahead ?? 0;
    }
  }
  wrongClock = "";
  if (Math.abs(ahead) > 2 * 60 * 1000) wrongClock = say("clock:skew", { n: span(Math.abs(ahead)) });
  if (!online && Date.now() < (before.at ?? 0) - 60 * 1000) wrongClock = say("clock:back");
  fetchedAt = lists ? Date.parse(lists.now) : 0;
}

const span = (ms) => ms < 2 * 60 * 60 * 1000 ? `${Math.round(ms / 60000)} min` : ms < 2 * day ? `${Math.round(ms / 3600000)} h` : `${Math.round(ms / day)} d`;

function age(ms) {
  if (ms < 60 * 60 * 1000) return say("age:minutes", { n: Math.max(0, Math.round(ms / 60000)) });
  return ms < 2 * day ? say("age:hours", { n: Math.round(ms / 3600000) }) : say("age:days", { n: Math.floor(ms / day) });
}

function showLists(keys) {
  const note = page.querySelector("[data-lists]");
  clockNote.hidden = !wrongClock;
  clockNote.textContent = wrongClock;
  if (!lists) return void (note.textContent = say("lists:none"));
  const since = Math.min(fetchedAt, lists.oldest ? Date.parse(lists.oldest) : fetchedAt), old = now() - since;
  note.dataset.age = String(Math.round(old / 1000));
  note.textContent = `${online ? "" : say("lists:offline")} ${say(old > staleAfter ? "lists:stale" : "lists:fresh", { keys, age: age(old) })}`.trim();
  page.querySelector("[data-list-names]").replaceChildren(...lists.lists.map((list) => {
    const line = document.createElement("li");
    line.textContent = say("list:line", { ...list, date: list.imported.slice(0, 10), skipped: list.skipped.length });
    if (list.skipped.length) {
      const reasons = document.createElement("ul");
      reasons.append(...list.skipped.map(({ entry, reason }) => Object.assign(document.createElement("li"), { textContent: `${entry}: ${reason}` })));
      line.append(reasons);
    }
    return line;
  }));
}

// start runs the inspector, once.
async function start() {
  await new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src: page.dataset.runtime, onload: done, onerror: failed })));
  const go = new Go();
  const response = fetch(page.dataset.inspector);
  const { instance } = await WebAssembly.instantiateStreaming(response, go.importObject)
    .catch(async () => WebAssembly.instantiate(await (await fetch(page.dataset.inspector)).arrayBuffer(), go.importObject));
  go.run(instance);
  inspector = globalThis.healthInspector;
  performance.mark("inspector-ready");
}

function ask() {
  if (!inspector || !lists) return;
  const value = (name) => form.elements[name].value.trim();
  if (!value("text")) return form.elements.text.focus();
  const at = new Date(now());
  const question = { now: at.toISOString() };
  for (const name of ["text", "mrz", "number", "country", "name", "birth", "flight", "departure"]) question[name] = value(name);
  show(JSON.parse(inspector.ask(JSON.stringify(question), -at.getTimezoneOffset())));
}

const paint = { good: "admit", bad: "refuse", unclear: "refer" };
const mark = { good: "✓", bad: "✗", unclear: "?", skipped: "–" };

function show(result) {
  const make = (tag, className, ...inside) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...inside);
    return element;
  };
  const facts = make("dl", "facts decision-facts");
  for (const { check, state, code, shown, detail } of result.checks) {
    const text = words[`code:${code}`] ?? say(`state:${state}`);
    const line = make("dd", "", `${mark[state]} ${text}`);
    line.dataset.check = `${check}:${state}`;
    for (const more of [shown, detail]) if (more) line.append(make("span", "fine", more));
    facts.append(make("div", "", make("dt", "", say(`check:${check}`)), line));
  }
  const body = make("div", "decision-body");
  const warning = wrongClock || (result.clock_behind ? say("clock:certificate") : "");
  if (warning) body.append(make("p", "decision-flag", warning));
  body.append(facts);
  const { report } = result;
  if (report.format) body.append(make("p", "fine", [report.format, report.issuer.country, report.issuer.subject, report.expires && `→ ${report.expires.slice(0, 16)}`].filter(Boolean).join(" · ")));
  const section = make("section", `decision verdict-${paint[result.verdict]}`,
    make("div", "decision-head", make("h2", "decision-word", `${mark[result.verdict]} ${say(`verdict:${result.verdict}`)}`)), body);
  section.dataset.verdict = result.verdict;
  section.dataset.stage = report.stage;
  answer.replaceChildren(section);
  answer.focus();
}

function complain(text) {
  fault.hidden = !text;
  fault.textContent = text;
}

function clear() {
  form.reset();
  answer.replaceChildren();
  complain("");
  form.elements.text.focus();
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  ask();
});
page.querySelector("[data-ask]").addEventListener("click", ask);
page.querySelector("[data-clear]").addEventListener("click", clear);
addEventListener("pagehide", clear); // nothing comes back with the back button

function found(text) {
  complain("");
  form.elements.text.value = text;
  ask();
}

page.querySelector("[data-photo]").addEventListener("change", async (event) => {
  const [photo] = event.target.files;
  if (!photo) return;
  try {
    if (!window.ZXingWASM) await new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src: page.dataset.reader, onload: done, onerror: failed })));
    await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => page.dataset.readerWasm }, fireImmediately: true });
    const codes = await ZXingWASM.readBarcodes(photo, { formats: ["QRCode"], tryHarder: true, tryInvert: true, tryRotate: true });
    const good = codes.filter((code) => code.isValid);
    const text = (good.find(({ text }) => /^(HC1:|HS1:|shc:|\{)/.test(text)) ?? good[0])?.text;
    if (text) found(text); else complain(say("fault:photo"));
  } catch {
    complain(say("fault:photo"));
  }
  event.target.value = "";
});

const button = page.querySelector("[data-camera-button]"), picture = page.querySelector("[data-camera]");
let watching = null;
const begin = button.textContent;
button.hidden = !navigator.mediaDevices?.getUserMedia;
button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    if (watching) {
      watching.stop();
      watching = null;
    } else {
      const { watch } = await import(page.dataset.cameraScript);
      picture.hidden = false;
      watching = await watch(picture.querySelector("video"), page.dataset, found);
    }
  } catch {
    complain(say("fault:camera"));
  }
  picture.hidden = !watching;
  button.textContent = watching ? button.dataset.stop : begin;
  button.disabled = false;
});

async function prepareOffline() {
  const registration = await navigator.serviceWorker?.register(page.dataset.worker, { scope: "/verify" }).catch(() => null);
  if (!registration) return;
  const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((element) => new URL(element.href ?? element.src).pathname);
  const { trust, runtime, inspector: engine, cameraScript, reader, readerWasm } = page.dataset;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => { page.dataset.offline = data ? "ready" : "incomplete"; };
  (await navigator.serviceWorker.ready).active.postMessage({ keep: [...new Set(["/verify", trust, runtime, engine, cameraScript, reader, readerWasm, ...files])] }, [channel.port2]);
}

async function refresh() {
  await load();
  if (inspector && lists) showLists(inspector.trust(JSON.stringify(lists.keys), lists.revoked));
  else showLists(0);
}

try {
  await Promise.all([load(), start()]);
} catch {
  complain(say("fault:engine"));
}
if (inspector) {
  showLists(lists ? inspector.trust(JSON.stringify(lists.keys), lists.revoked) : 0);
  page.dataset.verify = lists ? "ready" : "empty";
}
if (online) await prepareOffline();
addEventListener("online", refresh);
setInterval(refresh, 60 * 60 * 1000);
