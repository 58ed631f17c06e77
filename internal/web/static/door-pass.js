// Verifies passes where the server can't be reached: the same form and the same checks, in the same order,
// as package pass documents and makes them. Tested with the vectors of that package.

const prefix = "HCP1:", boundPrefix = "HCP2:";
const maxSize = 199, maxBoundSize = 316, maxJurisdiction = 16, maxState = 12;   // bytes
const maxLifetime = 600, maxBoundLifetime = 43200, leeway = 5, overlap = 600, fresh = 55; // seconds
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

// The parts of a message that are the same in every pass.
const messageStart = [0xd2, 0x84], protectedStart = [0x49, 0xa2, 0x01, 0x27, 0x04, 0x44], unprotected = [0xa0];
const claimsStart = [0xa5, 0x01], boundStart = [0xa6, 0x01], idStart = [0x07, 0x58, 0x28], healthStart = [0x3a, 0x00, 0x01, 0x00, 0x00, 0x84];
const holderStart = [0x08, 0xa1, 0x01, 0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20], oddStart = [0x22];
const signatureStart = [0x58, 0x40], signedStart = [0x84, 0x6a, ...new TextEncoder().encode("Signature1")], externalAAD = [0x40];

class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// importKeys turns the published keys of a jurisdiction into what verify takes.
export async function importKeys(published) {
  const keys = new Map();
  for (const { kty, crv, kid, x, nbf, exp } of published.keys) {
    if (kty !== "OKP" || crv !== "Ed25519") continue;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    keys.set(kid, { key, nbf, exp });
  }
  return keys;
}

// verify returns { claims } of a genuine pass that is valid now, and { failure } of any other text. Accepted
// holds the keys of each jurisdiction by its name; now is in seconds since 1970.
export async function verify(text, accepted, now) {
  try {
    const { kid, claims, signed, signature, shown } = text.startsWith(boundPrefix) ? parseBound(text) : parse(text);
    const keys = accepted[claims.jurisdiction];
    if (!keys) throw new Refused("other-jurisdiction");
    const key = keys.get(kid);
    if (!key) throw new Refused("unknown-key");
    if (!await crypto.subtle.verify({ name: "Ed25519" }, key.key, signature, signed)) throw new Refused("bad-signature");
    if (shown && !await signedByHolder(claims.holder, shown)) throw new Refused("not-the-holder");
    if (claims.issued < key.nbf - overlap || claims.issued >= key.exp + overlap) throw new Refused("unknown-key");
    if (claims.issued > now + leeway) throw new Refused("from-the-future");
    if (now >= claims.expires) throw new Refused("expired");
    if (shown && shown.at > now + leeway) throw new Refused("from-the-future");
    if (shown && now >= shown.at + fresh) throw new Refused("stale");
    return { claims };
  } catch (cause) {
    if (cause instanceof Refused) return { failure: cause.code };
    throw cause;
  }
}

function need(right) {
  if (!right) throw new Refused("not-a-pass");
}

function parse(text) {
  need(text.startsWith(prefix) && text.length <= prefix.length + Math.ceil(maxSize / 2) * 3);
  const message = new Reader(base45(text.slice(prefix.length)));
  need(message.rest.length <= maxSize);
  const pass = signedClaims(message, false);
  message.end();
  return pass;
}

// parseBound reads the form that a device signs.
function parseBound(text) {
  need(text.length <= boundPrefix.length + Math.ceil(maxBoundSize / 2) * 3);
  const message = new Reader(base45(text.slice(boundPrefix.length)));
  need(message.rest.length <= maxBoundSize);
  message.expect([0x83]);
  const start = message.rest;
  const pass = signedClaims(message, true);
  const credential = start.subarray(0, start.length - message.rest.length);
  message.expect([0x1a]);
  const at = message.take(4).reduce((sum, byte) => sum * 256 + byte, 0);
  message.expect(signatureStart);
  const signature = message.take(64);
  message.end();
  need(at >= pass.claims.issued && at < pass.claims.expires);
  return { ...pass, shown: { credential, at, signature } };
}

// signedByHolder checks a device's signature of its credential's hash and the time.
async function signedByHolder(holder, { credential, at, signature }) {
  const key = await crypto.subtle.importKey("raw", holder, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, await shownBytes(credential, at));
}

// shownBytes returns what a device signs.
export async function shownBytes(credential, at) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", credential));
  return Uint8Array.from([...signedStart, 0x43, 0xa1, 0x01, 0x26, 0x58, 0x20, ...hash, 0x45, 0x1a, ...bytes4(at)]);
}

// presentation returns the text that a device shows.
export function presentation(credential, at, signature) {
  return boundPrefix + toBase45(Uint8Array.from([0x83, ...credential, 0x1a, ...bytes4(at), ...signatureStart, ...signature]));
}

const bytes4 = (n) => [n >>> 24 & 255, n >>> 16 & 255, n >>> 8 & 255, n & 255];

// signedClaims reads a signed message: a pass, or a credential.
function signedClaims(message, bound) {
  message.expect(messageStart);
  message.expect(protectedStart);
  const kid = message.take(4);
  message.expect(unprotected);
  const payload = message.bytes();
  message.expect(signatureStart);
  const signature = message.take(64);
  const signed = Uint8Array.from([...signedStart, ...protectedStart, ...kid, ...externalAAD, ...head(2, payload.length), ...payload]);
  return { kid: base64url(kid), claims: parseClaims(payload, bound), signed, signature };
}

function parseClaims(payload, bound) {
  const r = new Reader(payload), claims = {};
  r.expect(bound ? boundStart : claimsStart);
  claims.jurisdiction = r.text();
  r.expect([0x04]);
  claims.expires = r.uint();
  r.expect([0x06]);
  claims.issued = r.uint();
  r.expect(idStart);
  r.take(40);
  if (bound) {
    r.expect(holderStart);
    const x = r.take(32);
    r.expect(oddStart);
    claims.holder = point(x, r.bool());
  }
  r.expect(healthStart);
  claims.state = r.text();
  claims.name = r.text();
  const flags = r.uint();
  claims.proxy = Boolean(flags & 1);
  claims.unchecked = Boolean(flags & 2);
  claims.until = r.null() ? 0 : r.uint();
  r.end();
  need(claims.expires > claims.issued && claims.expires - claims.issued <= (bound ? maxBoundLifetime : maxLifetime));
  need(flags < 4);
  need(/^(\p{L}\*|\p{L}\*{3}( \p{L}\*{3})?)?$/u.test(claims.name)); // masked
  need(/^[a-z0-9-]+$/.test(claims.jurisdiction) && claims.jurisdiction.length <= maxJurisdiction);
  need(/^[a-z0-9-]+$/.test(claims.state) && claims.state.length <= maxState);
  return claims;
}

// Reader takes what is expected from the front of rest: the few forms of CBOR that a pass has, each in its
// one deterministic encoding.
class Reader {
  constructor(rest) {
    this.rest = rest;
  }
  take(n) {
    need(n <= this.rest.length);
    const taken = this.rest.subarray(0, n);
    this.rest = this.rest.subarray(n);
    return taken;
  }
  expect(literal) {
    const taken = this.take(literal.length);
    need(literal.every((byte, i) => byte === taken[i]));
  }
  head(major) {
    const first = this.take(1)[0];
    need(first >> 5 === major);
    const n = first & 31;
    if (n < 24) return n;
    need(n <= 26);
    const value = this.take(1 << (n - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    need(value >= [24, 256, 65536][n - 24]); // the shortest form alone
    return value;
  }
  uint() {
    return this.head(0);
  }
  bytes() {
    return this.take(this.head(2));
  }
  text() {
    const bytes = this.take(this.head(3));
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Refused("not-a-pass");
    }
  }
  bool() {
    const byte = this.take(1)[0];
    need(byte === 0xf4 || byte === 0xf5);
    return byte === 0xf5;
  }
  null() {
    if (this.rest[0] !== 0xf6) return false;
    this.take(1);
    return true;
  }
  end() {
    need(this.rest.length === 0);
  }
}

// point returns a point of P-256 as WebCrypto imports it everywhere: with the y that has the parity.
function point(x, odd) {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n, b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  const value = BigInt("0x" + hex(x)), square = (value * value * value - 3n * value + b) % p;
  let y = 1n;
  for (let base = square, exponent = (p + 1n) / 4n; exponent; exponent >>= 1n, base = base * base % p) {
    if (exponent & 1n) y = y * base % p;
  }
  need(value < p && (y * y - square) % p === 0n);
  if (y % 2n !== BigInt(odd)) y = p - y;
  return Uint8Array.from([4, ...x, ...y.toString(16).padStart(64, "0").match(/../g).map((byte) => parseInt(byte, 16))]);
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function toBase45(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) {
    let n = i + 1 < bytes.length ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
    for (let left = i + 1 < bytes.length ? 3 : 2; left > 0; left--) {
      text += alphabet[n % 45];
      n = Math.floor(n / 45);
    }
  }
  return text;
}

function head(major, n) {
  return n < 24 ? [major << 5 | n] : [major << 5 | 24, n]; // a message has fewer than 256 bytes
}

function base45(text) {
  need(text.length % 3 !== 1);
  const bytes = [];
  for (let i = 0; i < text.length; i += 3) {
    const group = [...text.slice(i, i + 3)].map((c) => alphabet.indexOf(c));
    need(group.every((value) => value >= 0));
    const n = group.reduceRight((sum, value) => sum * 45 + value, 0);
    need(n < (group.length === 3 ? 65536 : 256));
    if (group.length === 3) bytes.push(n >> 8);
    bytes.push(n & 255);
  }
  return Uint8Array.from(bytes);
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
