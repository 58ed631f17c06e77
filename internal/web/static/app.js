// Moves the focus to what went wrong, and makes the server's time tick. Pages work without it.
"use strict";

const wrong = document.querySelector("[data-focus]");
if (wrong) wrong.focus();

// The phone's own clock may be wrong: only its passing is used.
function tick(root) {
  for (const clock of root.querySelectorAll("time[data-clock]")) {
    const server = Date.parse(clock.dateTime), began = performance.now();
    const format = new Intl.DateTimeFormat(document.documentElement.lang, {
      timeZone: clock.dataset.clock, year: "numeric", month: "long", day: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    });
    const show = () => {
      if (!clock.isConnected) return;
      const passed = performance.now() - began;
      clock.textContent = format.format(server + passed);
      setTimeout(show, 1000 - ((server + passed) % 1000));
    };
    show();
  }
}
tick(document);
