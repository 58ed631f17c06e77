// What the door does where the server can't be reached: it verifies the pass itself and gives its venue's
// decision, which is then recorded nowhere. Everything for that was fetched while there was a connection.

const kept = "door-offline";
let data = null, keys = null, verify;

// prepare fetches what is needed, or takes what was fetched before, and keeps the page for a start without
// a connection. It may be called again.
export async function prepare({ offlineData, passScript, worker, venue }, assets) {
  if (!globalThis.crypto?.subtle) return;
  const pass = await import(passScript);
  verify = pass.verify;
  try {
    const response = await fetch(offlineData, { signal: AbortSignal.timeout?.(10000) });
    if (!response.ok || response.redirected) throw new Error(`answered ${response.status}`);
    data = await response.json();
    data.ahead = Date.parse(data.now) - Date.now();
    try { localStorage.setItem(kept, JSON.stringify(data)); } catch { /* it holds for as long as the page */ }
  } catch {
    try { data ??= JSON.parse(localStorage.getItem(kept)); } catch { /* nothing was kept */ }
  }
  if (data?.venue !== venue) data = null;
  keys = data && await pass.importKeys(data.keys).catch(() => null); // none where the browser lacks Ed25519
  const registration = await navigator.serviceWorker?.register(worker, { scope: "/door" }).catch(() => null);
  if (registration) (await navigator.serviceWorker.ready).active.postMessage({ keep: ["/door", passScript, ...assets] });
}

// forget leaves nothing behind for whoever uses this device next.
export function forget() {
  try { localStorage.removeItem(kept); } catch { /* nothing is kept */ }
  globalThis.caches?.delete("door");
}

// decide returns a reply like the server's, or what is wrong; null where it can't decide at all.
export async function decide({ code = "", temperature = "", none }) {
  const now = Date.now() + (data?.ahead ?? 0);
  if (!data || now >= Date.parse(data.until)) return null;
  const measured = measure(temperature);
  if (!measured) return { text: data.temperature, field: "temperature" };
  if (none) return reply("none", measured);
  if (/^(\d[ -]?){8}$/.test(code)) return { text: data.no_number, field: "code" };
  if (/^\s*HCO1:/.test(code)) return reply("none", measured, {}, data.failures["offline-code"]);
  if (!keys) return null;
  const { claims, failure } = await verify(code.trim(), { [data.jurisdiction]: keys }, Math.floor(now / 1000));
  return claims ? reply(claims.state, measured, claims) : reply("none", measured, {}, data.failures[failure]);
}

// measure puts a temperature into its class; null for what is none.
function measure(typed) {
  const plain = typed.replace(/[,，。]/g, ".").replace(/[°℃c\s]/gi, "");
  if (!plain) return "unmeasured";
  const degrees = /^\d+(\.\d*)?$/.test(plain) ? Number(plain) : NaN;
  if (!(degrees >= 30 && degrees <= 45)) return null;
  return degrees >= data.fever_at ? "fever" : "normal";
}

function reply(state, measured, claims = {}, failure = "") {
  const decided = data.decisions[`${state}/${measured}`];
  if (!decided) return null; // a state that this policy doesn't have
  const shown = document.createElement("template");
  shown.innerHTML = decided.html;
  const name = shown.content.querySelector("[data-name]");
  if (name) name.textContent = claims.name;
  for (const flag of ["proxy", "unchecked"]) if (!claims[flag]) shown.content.querySelector(`[data-flag=${flag}]`)?.remove();
  if (failure) {
    const line = Object.assign(document.createElement("p"), { className: "decision-flag", textContent: failure });
    shown.content.querySelector(".decision-body").prepend(line);
  }
  return { decision: decided.decision, html: shown.innerHTML, offline: true };
}
