// Goes to the first of the other addresses that answers, of those that a page lists. The page's links do the same by hand.
"use strict";

const portals = [...new Map([...document.querySelectorAll("a[data-portal]")].map((a) => [a.dataset.portal, a.href]))];
// Whoever was sent here from another one stays: two that are both full would send people to and fro.
if (portals.length && location.hash !== "#portal" && window.fetch && window.AbortController) go();

async function go() {
  // Each visitor begins at another one, so that a crowd doesn't move as one.
  const first = Math.floor(Math.random() * portals.length);
  for (let i = 0; i < portals.length; i++) {
    const [origin, address] = portals[(first + i) % portals.length];
    const limit = new AbortController();
    const late = setTimeout(() => limit.abort(), 4000);
    try {
      const answer = await fetch(origin + "/readyz", { cache: "no-store", credentials: "omit", signal: limit.signal });
      if (answer.ok) {
        if (document.querySelector("meta[http-equiv]")) location.replace(address + "#portal"); // a page that was asked for, nothing sent
        return;
      }
    } catch (error) {
      // Nobody is there: the next one.
    } finally {
      clearTimeout(late);
    }
  }
}
