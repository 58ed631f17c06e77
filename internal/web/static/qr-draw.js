// Draws a QR code of a pass: alphanumeric mode, level M, versions 8 to 15, as ISO/IEC 18004 has it. Tested by
// reading its drawings again.

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const quiet = 4; // modules of white around it

// Of each version from 8: the error correction bytes of a block, then how many blocks of how many data bytes.
const versions = {
  8: [22, 2, 38, 2, 39], 9: [22, 3, 36, 2, 37], 10: [26, 4, 43, 1, 44], 11: [30, 1, 50, 4, 51],
  12: [22, 6, 36, 2, 37], 13: [22, 8, 37, 1, 38], 14: [24, 4, 40, 5, 41], 15: [24, 5, 41, 5, 42],
};
const alignments = {
  8: [6, 24, 42], 9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58], 13: [6, 34, 62], 14: [6, 26, 46, 66], 15: [6, 26, 48, 70],
};

// Arithmetic of GF(256) with the polynomial 0x11d.
const power = new Uint8Array(512), log = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++, x = x << 1 ^ (x >> 7) * 0x11d) {
  power[i] = power[i + 255] = x;
  log[x] = i;
}
const times = (a, b) => a && b ? power[log[a] + log[b]] : 0;

// draw returns an SVG element; the title is its accessible name.
export function draw(text, title) {
  const modules = encode(text), size = modules.length + 2 * quiet;
  let path = "";
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from + quiet} ${y + quiet}.5h${x - from + 1}`;
    }
  });
  const make = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "shape-rendering": "crispEdges", "aria-label": title });
  svg.append(make("path", { fill: "#fff", d: `M0 0h${size}v${size}H0z` }), make("path", { stroke: "#000", d: path }));
  return svg;
}

// encode returns rows of modules, true for black.
export function encode(text) {
  const version = Object.keys(versions).map(Number).find((v) => bitsOf(text) <= 8 * capacity(v));
  if (!version) throw new Error("the text is too long for a QR code");
  const frame = new Frame(version, interleaved(dataBytes(text, capacity(version)), versions[version]));
  let best, least = Infinity;
  for (let mask = 0; mask < 8; mask++) {
    const masked = frame.masked(mask), badness = penalty(masked);
    if (badness < least) [best, least] = [masked, badness];
  }
  return best;
}

function capacity(version) {
  const [, n1, size1, n2, size2] = versions[version];
  return n1 * size1 + n2 * size2;
}

const countBits = 11; // of versions 10 to 26; 9 below, which is never more
const bitsOf = (text) => 4 + countBits + Math.floor(text.length / 2) * 11 + (text.length % 2) * 6;

function dataBytes(text, size) {
  let bits = "";
  const add = (value, length) => { bits += value.toString(2).padStart(length, "0"); };
  add(2, 4);
  add(text.length, size > capacity(9) ? 11 : 9);
  for (let i = 0; i < text.length; i += 2) {
    const pair = [...text.slice(i, i + 2)].map((c) => alphabet.indexOf(c));
    if (pair.includes(-1)) throw new Error("the text has other characters than alphanumeric mode");
    if (pair.length === 2) add(pair[0] * 45 + pair[1], 11);
    else add(pair[0], 6);
  }
  bits += "0".repeat(Math.min(4, 8 * size - bits.length));
  bits += "0".repeat(-bits.length & 7);
  const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
  for (let i = 0; bytes.length < size; i++) bytes.push(i % 2 ? 0x11 : 0xec);
  return bytes;
}

// interleaved parts the data into blocks, adds to each its error correction, and takes a byte of each in turn.
function interleaved(data, [correction, n1, size1, n2, size2]) {
  let divisor = [1];
  for (let i = 0; i < correction; i++) { // times (x - 2^i)
    const next = [...divisor, 0];
    divisor.forEach((c, j) => { next[j + 1] ^= times(c, power[i]); });
    divisor = next;
  }
  const blocks = [], corrections = [];
  for (let i = 0, at = 0; i < n1 + n2; i++) {
    const block = data.slice(at, at += i < n1 ? size1 : size2);
    const rest = [...block, ...new Array(correction).fill(0)];
    for (let j = 0; j < block.length; j++) {
      const factor = rest[j];
      divisor.forEach((c, k) => { rest[j + k] ^= times(c, factor); });
    }
    blocks.push(block);
    corrections.push(rest.slice(block.length));
  }
  const out = [];
  for (const list of [blocks, corrections]) {
    for (let i = 0; i < Math.max(size1, size2, correction); i++) {
      for (const block of list) if (i < block.length) out.push(block[i]);
    }
  }
  return out;
}

const masks = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => ((x / 3 | 0) + (y / 2 | 0)) % 2,
  (x, y) => x * y % 2 + x * y % 3, (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2,
];

// Frame is a code with its data and without a mask.
class Frame {
  constructor(version, data) {
    this.size = 17 + 4 * version;
    this.rows = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.fixed = Array.from({ length: this.size }, () => new Array(this.size).fill(false));
    this.patterns(version);
    this.format(0); // keeps its place
    this.fill(data);
  }
  set(x, y, black) {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.rows[y][x] = Boolean(black);
    this.fixed[y][x] = true;
  }
  patterns(version) {
    const last = this.size - 1;
    for (let i = 0; i < this.size; i++) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [last - 3, 3], [3, last - 3]]) {
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const ring = Math.max(Math.abs(dx), Math.abs(dy));
          this.set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
        }
      }
    }
    const places = alignments[version], end = places.at(-1);
    for (const cx of places) {
      for (const cy of places) {
        if (cx === 6 && cy === 6 || cx === 6 && cy === end || cx === end && cy === 6) continue; // corners
        for (let dy = -2; dy <= 2; dy++) {
          for (let dx = -2; dx <= 2; dx++) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
        }
      }
    }
    const bits = version << 12 | remainder(version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const a = this.size - 11 + i % 3, b = i / 3 | 0;
      this.set(a, b, bits >> i & 1);
      this.set(b, a, bits >> i & 1);
    }
  }
  // format writes the level M, which is 00, and the mask.
  format(mask) {
    const bits = (mask << 10 | remainder(mask, 10, 0x537)) ^ 0x5412, last = this.size - 1;
    for (let i = 0; i < 15; i++) {
      const bit = bits >> i & 1;
      if (i < 6) this.set(8, i, bit);
      else if (i < 8) this.set(8, i + 1, bit);
      else if (i === 8) this.set(7, 8, bit);
      else this.set(14 - i, 8, bit);
      if (i < 8) this.set(last - i, 8, bit);
      else this.set(8, this.size - 15 + i, bit);
    }
    this.set(8, this.size - 8, true);
  }
  // fill goes up and down in columns of two, from the right.
  fill(data) {
    let i = 0;
    for (let right = this.size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const up = (right + 1 & 2) === 0, y = up ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          if (this.fixed[y][x]) continue;
          this.rows[y][x] = Boolean(data[i >> 3] >> (7 - (i & 7)) & 1); // what is left over stays white
          i++;
        }
      }
    }
  }
  masked(mask) {
    this.format(mask);
    return this.rows.map((row, y) => row.map((black, x) => this.fixed[y][x] ? black : black !== (masks[mask](x, y) === 0)));
  }
}

// remainder is that of value, shifted by so many bits, divided by a polynomial over GF(2).
function remainder(value, bits, polynomial) {
  let rest = value;
  for (let i = 0; i < bits; i++) rest = rest << 1 ^ (rest >> bits - 1) * polynomial;
  return rest;
}

// penalty counts what makes a mask hard to read: long runs, blocks, what looks like a corner, and one colour too often.
function penalty(rows) {
  const size = rows.length;
  let sum = 0, black = 0;
  for (const lines of [rows, rows.map((_, x) => rows.map((row) => row[x]))]) {
    for (const line of lines) {
      const text = line.map(Number).join("");
      for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
      for (let at = text.indexOf("1011101"); at >= 0; at = text.indexOf("1011101", at + 1)) {
        if (/^0{4}$/.test(text.slice(Math.max(0, at - 4), at)) || /^0{4}$/.test(text.slice(at + 7, at + 11))) sum += 40;
      }
    }
  }
  rows.forEach((row, y) => row.forEach((dark, x) => {
    black += dark;
    if (x && y && dark === row[x - 1] && dark === rows[y - 1][x] && dark === rows[y - 1][x - 1]) sum += 3;
  }));
  return sum + Math.floor(Math.abs(black * 20 - size * size * 10) / (size * size)) * 10;
}
