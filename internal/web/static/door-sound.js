// A sound and a vibration for each decision, so that it is known without looking. No two have the same rhythm.

// [frequency in Hz, seconds] of each tone, and milliseconds of vibration and pause.
const signals = {
  "admit": { tones: [[660, .09], [990, .16]], buzz: [60] },
  "measure-temperature": { tones: [[740, .12]], buzz: [40, 60, 40] },
  "refer": { tones: [[520, .16], [0, .06], [520, .16]], buzz: [150, 80, 150] },
  "refuse": { tones: [[220, .2], [0, .05], [196, .2], [0, .05], [175, .35]], buzz: [400, 100, 400] },
  "advisory": { tones: [[600, .07], [0, .04], [600, .07]], buzz: [30, 40, 30] },
  "not-used": { tones: [[600, .07], [0, .04], [450, .12]], buzz: [30, 40, 80] },
  "fault": { tones: [[160, .4]], buzz: [250] },
};

const kept = "door-muted";
let audio;

export function muted() {
  try { return localStorage.getItem(kept) === "1"; } catch { return false; }
}

export function mute(on) {
  try { localStorage.setItem(kept, on ? "1" : "0"); } catch { /* private mode: it holds for no longer than the page */ }
}

export function signal(name) {
  const { tones, buzz } = signals[name] ?? signals.fault;
  document.documentElement.dataset.signal = name;
  navigator.vibrate?.(buzz);
  if (muted() || !window.AudioContext) return;
  audio ??= new AudioContext();
  audio.resume();
  let at = audio.currentTime + .01;
  for (const [frequency, seconds] of tones) {
    if (frequency) tone(frequency, at, seconds);
    at += seconds;
  }
}

function tone(frequency, at, seconds) {
  const source = audio.createOscillator(), volume = audio.createGain();
  source.type = "triangle";
  source.frequency.value = frequency;
  // Soft edges: a tone that starts or stops at once clicks.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(.5, at + .01);
  volume.gain.setValueAtTime(.5, at + seconds - .02);
  volume.gain.linearRampToValueAtTime(0, at + seconds);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + seconds);
}
