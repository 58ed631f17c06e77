// The door without loading pages: a code is decided on the moment it is scanned, and the form is ready for
// the next one. What is sent and what is decided are the same as without this script.

const page = document.querySelector("[data-door]");
const form = page.querySelector("form");
const answer = page.querySelector("#decision");
const fault = page.querySelector("[data-fault]");
const recent = page.querySelector("[data-recent]");
const { code, temperature } = form.elements;
const next = form.querySelector("[data-next]");
const mute = form.querySelector("[data-mute]");

const sound = await import(form.dataset.sound);
const offline = await import(form.dataset.offlineScript);

// What waits for a temperature, and how many requests were sent: a late reply to an earlier one is dropped.
let pending = form.elements.again?.value ?? "";
let waiting = ""; // decides in place of the waiting code, which may expire meanwhile
let sent = 0;
let watching = null; // the camera, while it runs
let alone = false;   // the server could not be reached the last time

async function decide(fields) {
  const turn = ++sent;
  form.setAttribute("aria-busy", "true");
  let reply, status = 0;
  try {
    // The next scan must be possible within a second or two, with a server or without.
    const response = await fetch(form.dataset.scan, { method: "POST", body: new URLSearchParams(fields), signal: AbortSignal.timeout?.(alone ? 1000 : 2500) });
    status = response.status;
    if (status === 401 || status === 403) return location.reload();
    if (response.headers.get("Content-Type") === "application/json") reply = await response.json();
  } catch { /* no answer came; said below */ }
  alone = [0, 502, 503, 504].includes(status);
  if (alone) reply = await offline.decide(fields);
  if (turn !== sent) return;
  form.removeAttribute("aria-busy");
  if (reply?.decision) show(reply, fields.code ?? "");
  else complain(reply?.text ?? (alone ? form.dataset.unreachable : form.dataset.failed), reply?.field);
}

function show(reply, shown) {
  complain("");
  answer.innerHTML = reply.html;
  if (reply.recent) recent.innerHTML = reply.recent;
  code.value = temperature.value = "";
  wait(reply.decision === "measure-temperature" ? shown : "", reply.again);
  sound.signal(reply.decision);
  ready();
}

// wait keeps a code until its holder's temperature is typed: nothing else can be entered meanwhile.
function wait(shown, again = "") {
  pending = shown;
  waiting = again;
  page.toggleAttribute("data-measuring", Boolean(shown));
  next.hidden = !shown;
}

// complain says what kept the door from deciding. An old decision must not stand beside it.
function complain(text, field) {
  fault.hidden = !text;
  fault.textContent = text;
  for (const input of [code, temperature]) input.setAttribute("aria-invalid", String(input.name === field));
  if (!text) return;
  answer.replaceChildren();
  sound.signal("fault");
  if (field === "temperature") { temperature.focus(); temperature.select(); } else ready();
}

// ready puts the focus where the next thing is typed. While the camera looks for codes the code field stays
// without it, since a phone would cover half the screen with its keyboard.
function ready() {
  if (pending) temperature.focus({ preventScroll: true });
  else if (watching) document.activeElement?.blur();
  else code.focus({ preventScroll: true });
  if (answer.firstElementChild) answer.scrollIntoView();
}

function reset() {
  sent++;
  form.removeAttribute("aria-busy");
  code.value = temperature.value = "";
  wait("");
  answer.replaceChildren();
  complain("");
  ready();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.name === "none") return decide({ none: "1", temperature: temperature.value });
  const shown = code.value.trim() || pending;
  if (!shown && temperature.value.trim()) { // measured first: the code comes next
    complain("");
    return code.focus();
  }
  decide({ code: shown, temperature: temperature.value, waiting: shown === pending ? waiting : "" });
});

form.addEventListener("reset", reset);
next.addEventListener("click", reset);

// A hand scanner types wherever the focus is.
temperature.addEventListener("input", () => {
  if (!/[A-Z]{2}|:/i.test(temperature.value)) return;
  code.value = temperature.value;
  temperature.value = "";
  wait("");
  code.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return reset();
  const plain = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (plain && event.key !== " " && !event.target.closest?.("input, textarea, select")) code.focus();
});

mute.hidden = false;
const showMute = () => mute.setAttribute("aria-pressed", String(sound.muted()));
mute.addEventListener("click", () => { sound.mute(!sound.muted()); showMute(); ready(); });
showMute();

const cameraButton = page.querySelector("[data-camera-button]");
const picture = page.querySelector("[data-camera]");
const { textContent: begin, dataset: { stop } } = cameraButton;
cameraButton.hidden = !navigator.mediaDevices?.getUserMedia;
cameraButton.addEventListener("click", async () => {
  cameraButton.disabled = true;
  try {
    if (watching) {
      watching.stop();
      watching = null;
    } else {
      const { watch } = await import(form.dataset.cameraScript);
      picture.hidden = false;
      watching = await watch(picture.querySelector("video"), form.dataset, (text) => {
        // The first person's temperature must never be taken for the next one's code.
        if (!pending && !form.hasAttribute("aria-busy")) decide({ code: text, temperature: temperature.value });
      });
    }
  } catch {
    complain(form.dataset.noCamera);
  }
  picture.hidden = !watching;
  cameraButton.textContent = watching ? stop : begin;
  cameraButton.disabled = false;
  ready();
});

const files = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")].map((element) => new URL(element.href ?? element.src).pathname);
const assets = [...files, ...Object.values(form.dataset).filter((value) => value.startsWith("/static/"))];
const prepare = () => offline.prepare(form.dataset, assets);
prepare();
addEventListener("online", prepare);
setInterval(prepare, 15 * 60 * 1000);
document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => offline.forget());

if (pending) wait(pending);
page.dataset.door = "ready";
ready();
