package pass

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"healthcode/internal/base45"

	"github.com/fxamacker/cbor/v2"
)

// draft is a pass in the making, so that one thing at a time can be made wrong. Unless the fault is the
// signature, it is signed with the right key: the form alone must give it away.
type draft struct {
	claims    cwt
	key       *Key
	start     string // of the message, up to the protected header
	protected []byte
	unsigned  string // the unprotected header
	payload   []byte
	context   string
	signature func([]byte) []byte
	message   func([]byte) []byte
	text      func(string) string
	bound     *boundDraft // nil for a pass without a device
}

var (
	vectorTime = time.Date(2022, 4, 28, 1, 0, 0, 0, time.UTC)
	same       = func(b []byte) []byte { return b }
)

func (d *draft) build(t *testing.T) string {
	t.Helper()
	if d.protected == nil {
		d.protected = slices.Concat([]byte(protectedStart), d.key.public.ID[:])[1:]
	}
	if d.payload == nil {
		d.payload = canonical(t, d.claims)
	}
	toSign := canonical(t, []any{d.context, d.protected, []byte{}, d.payload})
	message := slices.Concat([]byte(d.start), canonical(t, d.protected), []byte(d.unsigned), canonical(t, d.payload),
		canonical(t, d.signature(ed25519.Sign(d.key.private, toSign))))
	if d.bound != nil {
		return d.text(BoundPrefix + base45.Encode(d.bound.build(t, d.message(message))))
	}
	return d.text(Prefix + base45.Encode(d.message(message)))
}

func canonical(t *testing.T, v any) []byte {
	t.Helper()
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	data, err := mode.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func fixedKey(t *testing.T, n byte, from, to time.Time) *Key {
	t.Helper()
	key, err := newKey(bytes.Repeat([]byte{n}, ed25519.SeedSize), bytes.Repeat([]byte{n}, sealKeySize), from, to)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writeVectorsFile(t *testing.T) {
	day := 24 * time.Hour
	start := vectorTime.Add(-9 * time.Hour) // 00:00 in Shanghai the day before
	old, current := fixedKey(t, 1, start.Add(-day), start), fixedKey(t, 2, start, start.Add(day))
	ningbo, stranger := fixedKey(t, 3, start.Add(time.Second), start.Add(day)), fixedKey(t, 4, start, start.Add(day))
	keys, err := NewKeySet(old, current, ningbo)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := keys.SecretJSON()
	if err != nil {
		t.Fatal(err)
	}
	file := vectors{Keys: secret}

	person := PersonID(bytes.Repeat([]byte{0xab}, 16))
	fresh := func() *draft {
		id := seal(current.personID, person, [nonceSize]byte{1, 2, 3, 4, 5, 6, 7, 8})
		return &draft{
			claims: cwt{Issuer: "beijing", Issued: uint32(vectorTime.Unix()), Expires: uint32(vectorTime.Unix()) + 60, ID: id[:],
				Health: cwtHealth{State: "green", Name: "Z*** S***"}},
			key: current, start: messageStart, unsigned: unprotected, context: "Signature1",
			signature: same, message: same, text: func(s string) string { return s },
		}
	}
	add := func(name string, code Code, reason string, change func(*draft)) {
		d := fresh()
		change(d)
		v := vector{Name: name, Text: d.build(t), Now: vectorTime.Add(20 * time.Second), Code: code, Reason: reason}
		if code == "" {
			c := d.claims
			v.Claims = &vectorClaims{
				Jurisdiction: c.Issuer, State: c.Health.State, Name: c.Health.Name, ID: hex.EncodeToString(c.ID), Person: hex.EncodeToString(person[:]),
				Issued: time.Unix(int64(c.Issued), 0).UTC(), Expires: time.Unix(int64(c.Expires), 0).UTC(),
				Proxy: c.Health.Flags&flagProxy != 0, Unchecked: c.Health.Flags&flagUnchecked != 0,
			}
			if d.bound != nil {
				d.bound.claims(v.Claims)
			}
			if c.Health.Until != nil {
				v.Claims.Until = time.Unix(int64(*c.Health.Until), 0).UTC()
			}
		}
		file.Vectors = append(file.Vectors, v)
	}
	at := func(now time.Time) { file.Vectors[len(file.Vectors)-1].Now = now }
	until := uint32(vectorTime.Add(15 * time.Hour).Unix())

	// Genuine and valid.
	add("green", "", "", func(d *draft) {})
	add("held until midnight", "", "", func(d *draft) { d.claims.Health.State, d.claims.Health.Until = "held", &until })
	add("shown by another", "", "", func(d *draft) { d.claims.Health.Flags, d.claims.Health.Name = flagProxy, "张*" })
	add("identity not yet checked", "", "", func(d *draft) { d.claims.Health.Flags = flagUnchecked })
	add("both flags and no name", "", "", func(d *draft) { d.claims.Health.Flags, d.claims.Health.Name = flagProxy|flagUnchecked, "" })
	add("largest", "", "", func(d *draft) {
		d.claims.Health = cwtHealth{State: "dark-red-2-x", Name: "𐐀*** 𐐁***", Flags: 3, Until: &until}
	})
	add("another accepted jurisdiction", "", "", func(d *draft) { d.claims.Issuer, d.key = "ningbo", ningbo })
	add("last second", "", "", func(d *draft) {})
	at(vectorTime.Add(59*time.Second + 999*time.Millisecond))
	add("5 s ahead of the clock", "", "", func(d *draft) {})
	at(vectorTime.Add(-Leeway))
	add("10 minutes long", "", "", func(d *draft) { d.claims.Expires = d.claims.Issued + 600 })
	add("by the old key within the overlap", "", "", func(d *draft) {
		d.key, d.claims.Issued = old, uint32(start.Add(Overlap).Unix()-1)
		d.claims.Expires = d.claims.Issued + 60
	})
	at(start.Add(Overlap))

	// Times and keys.
	add("expired this second", Expired, "it expired 0s ago", func(d *draft) {})
	at(vectorTime.Add(60 * time.Second))
	add("expired yesterday", Expired, "it expired 24h0m0s ago", func(d *draft) {})
	at(vectorTime.Add(60*time.Second + day))
	add("6 s ahead of the clock", FromTheFuture, "6s ahead", func(d *draft) {})
	at(vectorTime.Add(-Leeway - time.Second))
	add("another jurisdiction", OtherJurisdiction, "from tianjin", func(d *draft) { d.claims.Issuer = "tianjin" })
	add("another jurisdiction, unknown key", OtherJurisdiction, "from tianjin", func(d *draft) { d.claims.Issuer, d.key = "tianjin", stranger })
	add("unknown key", UnknownKey, "is not known", func(d *draft) { d.key = stranger })
	add("beijing's pass by ningbo's key", UnknownKey, "of beijing is not known", func(d *draft) { d.key = ningbo })
	add("old key after the overlap", UnknownKey, "not in use", func(d *draft) {
		d.key, d.claims.Issued = old, uint32(start.Add(Overlap).Unix())
		d.claims.Expires = d.claims.Issued + 60
	})
	at(start.Add(Overlap))
	add("current key before the overlap", UnknownKey, "not in use", func(d *draft) {
		d.claims.Issued = uint32(start.Add(-Overlap).Unix() - 1)
		d.claims.Expires = d.claims.Issued + 60
	})
	at(start.Add(-Overlap))

	// Signatures.
	flip := func(i int) func([]byte) []byte {
		return func(b []byte) []byte { b[(i+len(b))%len(b)] ^= 1; return b }
	}
	add("signature: first bit", BadSignature, "did not sign", func(d *draft) { d.signature = flip(0) })
	add("signature: last bit", BadSignature, "did not sign", func(d *draft) { d.signature = flip(-1) })
	add("signature: zeros", BadSignature, "did not sign", func(d *draft) { d.signature = func(b []byte) []byte { return make([]byte, len(b)) } })
	add("signature: by another key", BadSignature, "did not sign", func(d *draft) {
		d.protected = slices.Concat([]byte(protectedStart), current.public.ID[:])[1:]
		d.key = stranger
	})
	add("signature: S plus the group order", BadSignature, "did not sign", func(d *draft) { d.signature = addGroupOrder })
	add("signature: of a COSE_Sign message", BadSignature, "did not sign", func(d *draft) { d.context = "Signature" })
	add("signature: as counter signature", BadSignature, "did not sign", func(d *draft) { d.context = "CounterSignature" })
	add("claims: state changed after signing", BadSignature, "did not sign", func(d *draft) {
		d.claims.Health.State = "black"
		d.message = func(b []byte) []byte { return bytes.Replace(b, []byte("black"), []byte("green"), 1) }
	})

	// The text.
	text := func(name, reason string, change func(string) string) {
		add("text: "+name, NotAPass, reason, func(d *draft) { d.text = change })
	}
	text("empty", "HCP1:", func(string) string { return "" })
	text("a web address", "HCP1:", func(string) string { return "https://example.org/" })
	text("travel certificate", "HCP1:", func(s string) string { return "HC1:" + s[5:] })
	text("under the prefix of the device-bound form", "array of credential", func(s string) string { return "HCP2:" + s[5:] })
	text("prefix alone", "COSE_Sign1", func(string) string { return Prefix })
	text("prefix in lower case", "HCP1:", func(s string) string { return "hcp1:" + s[5:] })
	text("lower case", "only 0-9, A-Z", strings.ToLower)
	file.Vectors[len(file.Vectors)-1].Text = Prefix + strings.ToLower(fresh().build(t)[5:])
	text("cut by a character", "base45", func(s string) string { return s[:len(s)-1] })
	text("cut in half", "", func(s string) string { return s[:len(s)/2] })
	text("with a line end", "base45", func(s string) string { return s + "\n" })
	text("too long", "more than 300", func(s string) string { return s + strings.Repeat("0", 300) })

	// The message.
	message := func(name, reason string, change func([]byte) []byte) {
		add("message: "+name, NotAPass, reason, func(d *draft) { d.message = change })
	}
	message("no bytes", "COSE_Sign1", func([]byte) []byte { return nil })
	message("200 bytes", "more than 199", func(b []byte) []byte { return append(b, make([]byte, 200-len(b))...) })
	message("without tag", "COSE_Sign1", func(b []byte) []byte { return b[1:] })
	message("COSE_Mac0", "COSE_Sign1", func(b []byte) []byte { b[0] = 0xd1; return b })
	message("with the CWT tag", "COSE_Sign1", func(b []byte) []byte { return append([]byte{0xd8, 61}, b...) })
	message("array of 3", "COSE_Sign1", func(b []byte) []byte { b[1] = 0x83; return b })
	message("array of unknown length", "COSE_Sign1", func(b []byte) []byte { b[1] = 0x9f; return append(b, 0xff) })
	message("array with a long head", "COSE_Sign1", func(b []byte) []byte { return slices.Concat(b[:1], []byte{0x98, 4}, b[2:]) })
	message("a byte too few", "signature", func(b []byte) []byte { return b[:len(b)-1] })
	message("a byte too many", "something follows the signature", func(b []byte) []byte { return append(b, 0) })
	message("deeply nested", "COSE_Sign1", func([]byte) []byte { return append([]byte{0xd2}, bytes.Repeat([]byte{0x81}, 190)...) })
	message("a huge array", "COSE_Sign1", func([]byte) []byte { return []byte{0xd2, 0x9a, 0xff, 0xff, 0xff, 0xff} })
	message("claims with a long head", "no claims", func(b []byte) []byte {
		return bytes.Replace(b, []byte{0xa0, 0x58}, []byte{0xa0, 0x59, 0}, 1)
	})
	message("claims longer than the message", "no claims", func(b []byte) []byte {
		at := bytes.Index(b, []byte{0xa0, 0x58})
		b[at+2] = 0xff
		return b
	})
	message("claims of 4 GB", "no claims", func(b []byte) []byte {
		return bytes.Replace(b, []byte{0xa0, 0x58}, []byte{0xa0, 0x5a, 0xff, 0xff, 0xff}, 1)
	})
	add("message: signature of 63 bytes", NotAPass, "signature of 64 bytes", func(d *draft) { d.signature = func(b []byte) []byte { return b[1:] } })
	add("message: empty signature", NotAPass, "signature of 64 bytes", func(d *draft) { d.signature = func([]byte) []byte { return []byte{} } })

	// The headers.
	header := func(name, protected string) {
		add("header: "+name, NotAPass, "protected header", func(d *draft) {
			d.protected = unhex(t, strings.ReplaceAll(protected, "KID", hex.EncodeToString(current.public.ID[:])))
		})
	}
	header("empty", "")
	header("no algorithm", "a1 04 44 KID")
	header("no key id", "a1 01 27")
	header("algorithm none", "a2 01 00 04 44 KID")
	header("algorithm ES256", "a2 01 26 04 44 KID")
	header("algorithm HMAC 256", "a2 01 05 04 44 KID")
	header("algorithm as text", "a2 01 65 4564445341 04 44 KID")
	header("algorithm twice", "a3 01 26 01 27 04 44 KID")
	header("algorithm with a long head", "a2 01 38 07 04 44 KID")
	header("key id of 8 bytes", "a2 01 27 04 48 KID KID")
	header("key id before the algorithm", "a2 04 44 KID 01 27")
	header("critical header", "a4 01 27 02 81 18 63 04 44 KID 18 63 00")
	header("content type", "a3 01 27 03 18 3c 04 44 KID")
	kid := hex.EncodeToString(current.public.ID[:])
	unsigned := func(name, item string) {
		add("unprotected header: "+name, NotAPass, "unprotected header", func(d *draft) { d.unsigned = string(unhex(t, item)) })
	}
	unsigned("key id", "a1 04 44"+kid)
	unsigned("algorithm", "a1 01 26")
	unsigned("null", "f6")
	unsigned("unknown length", "bf ff")

	// The claims.
	claims := func(name, reason string, change func(*cwt)) {
		add("claims: "+name, NotAPass, reason, func(d *draft) { change(&d.claims) })
	}
	raw := func(name, reason string, change func([]byte) []byte) {
		add("claims: "+name, NotAPass, reason, func(d *draft) { d.payload = change(canonical(t, d.claims)) })
	}
	replace := func(name, reason, from, to string) {
		raw(name, reason, func(b []byte) []byte {
			if bytes.Count(b, unhex(t, from)) != 1 {
				t.Fatalf("%s: %x has %s not once", name, b, from)
			}
			return bytes.Replace(b, unhex(t, from), unhex(t, to), 1)
		})
	}
	issued := hex.EncodeToString(canonical(t, uint32(vectorTime.Unix())))
	expires := hex.EncodeToString(canonical(t, uint32(vectorTime.Unix())+60))
	raw("none", "map of 5 claims", func([]byte) []byte { return []byte{} })
	raw("an empty map", "map of 5 claims", func([]byte) []byte { return []byte{0xa0} })
	raw("null", "map of 5 claims", func([]byte) []byte { return []byte{0xf6} })
	raw("unknown length", "map of 5 claims", func(b []byte) []byte { b[0] = 0xbf; return append(b, 0xff) })
	raw("a byte too many", "something follows the claims", func(b []byte) []byte { return append(b, 0) })
	raw("device key (cnf)", "map of 5 claims", func(b []byte) []byte {
		b[0] = 0xa6
		return bytes.Replace(b, []byte(healthStart), append(unhex(t, "08 a1 01 a1 01 01"), healthStart...), 1)
	})
	replace("issuer twice", "claim of expiry", "67 6265696a696e67", "67 6265696a696e67 01 67 6265696a696e67")
	replace("no issue", "claim of issue", "06"+issued, "05"+issued)
	replace("issue before expiry", "claim of expiry", "04"+expires+"06"+issued, "06"+issued+"04"+expires)
	replace("expiry as text", "time of expiry", "04"+expires, "04 63 6e6576")
	replace("expiry as half float", "time of expiry", "04"+expires, "04 f9 7bff")
	replace("expiry with a long head", "time of expiry", "04"+expires, "04 1b 00000000"+expires[2:])
	replace("negative expiry", "time of expiry", "04"+expires, "04 3a"+expires[2:])
	replace("expiry as null", "time of expiry", "04"+expires, "04 f6")
	replace("expiry as bignum", "time of expiry", "04"+expires, "04 c2 44"+expires[2:])
	replace("flags with a long head", "flags", "2a2a2a 00 f6", "2a2a2a 18 00 f6")
	replace("no end of the state", "4 elements", hex.EncodeToString([]byte(healthStart)), "3a 00010000 83")
	replace("end of the state as undefined", "end of the state", "2a2a2a 00 f6", "2a2a2a 00 f7")
	replace("end of the state before 1970", "end of the state", "2a2a2a 00 f6", "2a2a2a 00 20")
	replace("name as bytes", "no name", "69 5a2a2a2a", "49 5a2a2a2a")
	replace("name in pieces", "no name", "69 5a2a2a2a 20 532a2a2a", "7f 65 5a2a2a2a20 64 532a2a2a ff")
	replace("name in faulty UTF-8", "not masked", "5a2a2a2a 20", "ff2a2a2a 20")
	claims("pass id of 39 bytes", "pass id of 40 bytes", func(c *cwt) { c.ID = c.ID[1:] })
	claims("expires when issued", "is not 1 s", func(c *cwt) { c.Expires = c.Issued })
	claims("expires before issued", "is not 1 s", func(c *cwt) { c.Expires = c.Issued - 1 })
	claims("valid for more than 10 minutes", "is not 1 s", func(c *cwt) { c.Expires = c.Issued + 601 })
	claims("unknown flag", "flags 4", func(c *cwt) { c.Health.Flags = 4 })
	claims("full name", "not masked", func(c *cwt) { c.Health.Name = "Zhang San" })
	claims("full Chinese name", "not masked", func(c *cwt) { c.Health.Name = "张三" })
	claims("no state", `state ""`, func(c *cwt) { c.Health.State = "" })
	claims("state in upper case", `state "Green"`, func(c *cwt) { c.Health.State = "Green" })
	claims("long state", "has 13 bytes", func(c *cwt) { c.Health.State = "thirteen-long" })
	claims("no jurisdiction", `jurisdiction ""`, func(c *cwt) { c.Issuer = "" })
	claims("jurisdiction as address", "may only have", func(c *cwt) { c.Issuer = "http://bei.jing" })
	claims("long jurisdiction", "has 17 bytes", func(c *cwt) { c.Issuer = "seventeen-letters" })

	addBoundVectors(t, current, stranger, add, at)

	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorsFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// addGroupOrder makes another signature that a careless verifier takes too (RFC 8032, section 5.1.7).
func addGroupOrder(signature []byte) []byte {
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(signature[:32]), sum...)
}
