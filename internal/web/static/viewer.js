// Opens a SMART Health Link of this service: asks for the manifest, decrypts the file here, and shows what it says.

const page = document.querySelector("[data-viewer]");
const form = page.querySelector("[data-form]"), fault = page.querySelector("[data-fault]"), shown = page.querySelector("[data-file]");
const words = Object.fromEntries([...page.querySelectorAll("[data-words] dt")].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]));
const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const bytes = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (data) => new TextDecoder().decode(data);
const make = (tag, textContent, more = {}) => Object.assign(document.createElement(tag), { textContent }, more);

class Problem extends Error {}

function fail(error) {
  fault.textContent = error instanceof Problem ? error.message : say("broken");
  fault.hidden = false;
  fault.focus();
}

// readLink reads what stands behind the #.
function readLink() {
  const at = location.hash.search(/(sh|vh)link:\//);
  if (at < 0) throw new Problem(say("none"));
  let link;
  try {
    link = JSON.parse(text(bytes(location.hash.slice(at + "shlink:/".length))));
    link.at = new URL(link.url);
    if (bytes(link.key).length !== 32) throw new Error("the key is cut");
  } catch {
    throw new Problem(say("none"));
  }
  if (link.at.host !== location.host) throw new Problem(say("elsewhere", { host: link.at.host }));
  // A forged link must not have this page send anything elsewhere in the service, where somebody may be signed in.
  if (!/^\/v1\/links\/[\w-]+$/.test(link.at.pathname)) throw new Problem(say("none"));
  return link;
}

// ask opens the link: each try counts.
async function ask(link, recipient, passcode) {
  let response;
  try {
    response = await fetch(link.at.pathname, { method: "POST", credentials: "omit", headers: { "content-type": "application/json" }, body: JSON.stringify({ recipient, passcode }) });
  } catch {
    throw new Problem(say("offline"));
  }
  if (response.status === 429) throw new Problem(say("busy"));
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) throw new Problem(answer.remainingAttempts > 0 ? say("wrong", { n: answer.remainingAttempts }) : say("locked"));
  if (response.status === 404) throw new Problem(say(answer.state in words ? answer.state : "unknown"));
  if (!response.ok) throw new Problem(say("offline"));
  return answer.files;
}

// decrypt reads a compact JWE: dir, A256GCM.
async function decrypt(jwe, key) {
  const [header, , iv, sealed, tag] = jwe.split(".");
  const data = new Uint8Array([...bytes(sealed), ...bytes(tag)]);
  const secret = await crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["decrypt"]);
  return JSON.parse(text(await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv), additionalData: new TextEncoder().encode(header) }, secret, data)));
}

// show writes one document in words. Its markup is read, and none of it comes onto the page.
function show(resource) {
  const card = make("section", "", { className: "card" });
  card.dataset.document = resource.id;
  card.append(make("h2", resource.type.text));
  const list = make("dl", "", { className: "facts" });
  for (const node of new DOMParser().parseFromString(resource.text.div, "application/xhtml+xml").querySelectorAll("dt, dd")) {
    list.append(make(node.localName, node.textContent));
  }
  card.append(list);
  for (const { attachment } of resource.content) {
    const data = bytes(attachment.data);
    if (attachment.contentType === "application/pdf") {
      const file = URL.createObjectURL(new Blob([data], { type: "application/pdf" }));
      card.append(make("a", say("pdf"), { href: file, download: attachment.title, className: "button second wide" }));
    } else {
      const details = make("details", "");
      const signed = make("p", text(data), { className: "link-address" });
      signed.dataset.signed = "";
      details.append(make("summary", say("verify")), signed, make("a", "/verify", { href: "/verify" }));
      card.append(details);
    }
  }
  return card;
}

function start() {
  const link = readLink();
  const about = page.querySelector("[data-about]");
  about.textContent = link.label ? say("about", { label: link.label }) : "";
  about.hidden = !link.label;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    fault.hidden = true;
    try {
      const files = await ask(link, form.recipient.value.trim(), form.passcode.value);
      const bundles = await Promise.all(files.map((file) => decrypt(file.embedded, link.key)));
      shown.replaceChildren(make("p", say("opened"), { className: "note" }), ...bundles.flatMap((bundle) => bundle.entry.map((entry) => show(entry.resource))));
      form.hidden = true;
      shown.focus();
    } catch (error) {
      form.passcode.value = "";
      fail(error);
    } finally {
      button.disabled = false;
    }
  });
}

// Another link in the same window is another page.
addEventListener("hashchange", () => location.reload());
try { start(); } catch (error) { fail(error); }
