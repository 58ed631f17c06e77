// Renews the page, without loading it anew, when the server says that something has changed. Pages work without it.
"use strict";

const stream = document.querySelector("[data-live]");
if (stream && window.EventSource && window.fetch) follow(stream);

function follow(stream) {
  let busy = false, again = false, opened = false;
  const events = new EventSource(stream.dataset.live);
  events.addEventListener("status", refresh);
  // What happened while the connection was away went unseen.
  events.addEventListener("open", () => { if (opened) refresh(); opened = true; });
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      do {
        again = false;
        const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin", redirect: "manual" });
        if (answer.type === "opaqueredirect" || answer.status === 401) { // signed out elsewhere
          const said = document.querySelector(".pass-live")?.dispatchEvent(new Event("ended", { cancelable: true })) === false;
          return said ? events.close() : location.reload();
        }
        if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } while (again);
    } catch (error) {
      // Without a connection the page stays as it is; the stream comes back by itself.
    } finally {
      busy = false;
    }
  }
}

const words = (page) => ["badge-name", "badge-means"].map((name) => page.querySelector("main ." + name)?.textContent ?? "").join(" ");

// show puts the new page's content in the place of the old. What scripts hold on to stays: the stream, the clock, the frame of the pass.
function show(page) {
  const before = words(document);
  const parts = document.querySelectorAll("[data-live-part]");
  if (parts.length) { // a page with a form renews its parts alone
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.replaceWith(document.adoptNode(fresh));
    }
  } else {
    const main = document.querySelector("main"), fresh = page.querySelector("main");
    const focus = document.activeElement?.getAttribute("href");
    const shown = main.querySelector(".pass-live"), next = fresh.querySelector(".pass-live");
    if (shown && next) {
      const handled = !shown.dispatchEvent(new CustomEvent("status", { cancelable: true, detail: next.querySelector("[data-pass]")?.dataset.state }));
      if (!handled && !shown.dataset.signed) shown.replaceChildren(...next.childNodes);
    }
    for (const kept of [".pass-live", "[data-offline]", "time[data-clock]", "[data-live]"]) {
      const old = main.querySelector(kept), place = fresh.querySelector(kept);
      if (old && place) place.replaceWith(old);
    }
    for (const script of fresh.querySelectorAll("script")) script.remove(); // they run already
    main.replaceChildren(...fresh.childNodes);
    if (focus) main.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }
  const after = words(page) || words(document);
  if (after !== before) document.querySelector("[data-live-said]").textContent = after;
}
