// Moves the focus to what matters, makes the server's time tick, and renews the pass. Pages work without it.
"use strict";

const first = document.querySelector("[data-focus]");
if (first) {
  // A form sends the address with its fragment, such as that of the skip link, which would take the focus afterwards.
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
  first.focus();
}

// The phone's own clock may be wrong: only its passing is used.
for (const clock of document.querySelectorAll("time[data-clock]")) {
  const server = Date.parse(clock.dateTime), began = performance.now();
  const lang = document.documentElement.lang;
  const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    timeZone: clock.dataset.clock, year: "numeric", month: "long", day: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  const show = () => {
    const now = server + performance.now() - began;
    clock.textContent = format.format(now);
    setTimeout(show, 1000 - (now % 1000));
  };
  show();
}

const live = document.querySelector("[data-renew]");
if (live && window.fetch && window.performance) {
  // Where the phone can sign its pass itself, it does (bound.js); else, or where that script doesn't come, the server goes on.
  const signs = "bound" in live.dataset && "noModule" in HTMLScriptElement.prototype && window.indexedDB && window.crypto && crypto.subtle;
  let begun = false;
  const begin = () => {
    if (begun || live.dataset.bound === "ready") return;
    begun = true;
    keepAlive(live);
  };
  if (signs) {
    live.addEventListener("unbound", begin);
    setTimeout(begin, 8000);
  } else begin();
}

// Whoever signs out leaves nothing behind, and whoever signs in finds nothing of another.
for (const form of document.querySelectorAll("form[action='/sign-out'], form[action$='/account/sessions'], form[action$='/sign-in/code']")) {
  form.addEventListener("submit", () => {
    if (window.indexedDB) indexedDB.deleteDatabase("healthcode");
    if (window.caches) caches.delete("code");
  });
}

// keepAlive fetches a new pass before the old one expires. Where that fails, the old one is hidden once it has
// expired, and each next try comes a little later, so that a crowd doesn't come back all at once.
function keepAlive(live) {
  const offline = document.querySelector("[data-offline]");
  const early = 12000; // milliseconds before the end
  let expires, timer, tries = 0, busy = false;

  const read = () => {
    const pass = live.querySelector("[data-pass]");
    expires = performance.now() + Number(pass.dataset.life);
    return pass;
  };
  const state = read().dataset.state;
  const wait = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(renew, Math.max(1000, milliseconds));
  };
  const stale = () => {
    if (live.dataset.bound === "ready") return;
    const late = performance.now() >= expires;
    live.classList.toggle("stale", late);
    offline.hidden = !late;
    document.documentElement.classList.toggle("renewing", !late); // hides the button that renews by hand
  };
  const ask = () => Promise.race([
    fetch(live.dataset.renew, { cache: "no-store", credentials: "same-origin", redirect: "manual" }),
    new Promise((_, fail) => setTimeout(fail, 8000)),
  ]);
  async function renew() {
    if (busy || live.dataset.bound === "ready") return;
    busy = true;
    try {
      const answer = await ask();
      if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload(); // signed out elsewhere
      if (!answer.ok) throw answer.status;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-pass]");
      if (fresh.dataset.state !== state) return location.reload(); // the whole page says something else now
      live.innerHTML = "";
      live.appendChild(fresh);
      read();
      tries = 0;
      wait(expires - performance.now() - early + Math.random() * 4000);
    } catch (error) {
      tries++;
      wait(Math.min(30000, 2000 * Math.pow(2, Math.min(tries, 4))) * (0.5 + Math.random()));
    } finally {
      busy = false;
    }
    stale();
  }
  setInterval(stale, 1000);
  stale();
  wait(expires - performance.now() - early);
  addEventListener("online", renew);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && performance.now() > expires - early) renew();
  });
}
