// Reads HC1 codes with two implementations by others: dcc-utils of Italy's ministry of health, and @auth0/cose with WebCrypto.
// Standard input: {"certificates": {kid: PEM}, "texts": [...]}; kid in base64. Standard output: for each text what each reader
// says: {"valid", "kid", "claims"}, or {"error"}.
import { readFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { inflateSync } from "node:zlib";
import { Sign1 } from "@auth0/cose";
import * as base45 from "@digitalbazaar/base45";
import { decode } from "cbor-x";
import dcc from "dcc-utils";

async function ministry(text, certificates) {
  const read = await dcc.DCC.fromRaw(text);
  const signed = await read.checkSignatureWithCertificate(certificates[read.kid]);
  return { valid: Boolean(signed), kid: read.kid, claims: read.payload ?? null };
}

async function cose(text, certificates) {
  const message = Sign1.decode(inflateSync(base45.decode(text.slice("HC1:".length))));
  const kid = Buffer.from(message.protectedHeaders.get(4)).toString("base64");
  await message.verify(createPublicKey(certificates[kid])); // throws where the signature isn't right
  const claims = decode(message.payload);
  return { valid: true, kid, issuer: claims.get?.(1) ?? claims[1], claims: claims.get?.(-260) ?? claims[-260] };
}

const plain = (_, value) => (value instanceof Map ? Object.fromEntries(value) : value);
const { certificates, texts } = JSON.parse(readFileSync(0));
const answers = [];
for (const text of texts) {
  const answer = {};
  for (const [name, read] of Object.entries({ ministry, cose })) {
    try {
      answer[name] = await read(text, certificates);
    } catch (error) {
      answer[name] = { valid: false, error: String(error) };
    }
  }
  answers.push(answer);
}
console.log(JSON.stringify(answers, plain));
