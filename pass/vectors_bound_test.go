package pass

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"slices"
	"testing"
	"time"
)

// boundDraft is what a device adds to a credential, in the making.
type boundDraft struct {
	holder  *ecdsa.PrivateKey // signs
	named   HolderKey         // in the credential
	device  DeviceID
	at      uint32
	head    string // of the presentation
	time    []byte
	context string
	header  []byte
	hash    func([]byte) []byte
	message func([]byte) []byte
}

// fixedHolder is a P-256 key that is used nowhere else.
func fixedHolder(t testing.TB, n byte) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{n}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// es256 signs the same way each time (RFC 6979).
func es256(t *testing.T, key *ecdsa.PrivateKey, data []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(data)
	der, err := key.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	return append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
}

func (b *boundDraft) build(t *testing.T, credential []byte) []byte {
	t.Helper()
	if b.time == nil {
		b.time = canonical(t, b.at)
	}
	sum := sha256.Sum256(credential)
	signature := es256(t, b.holder, canonical(t, []any{b.context, b.header, b.hash(sum[:]), b.time}))
	return b.message(slices.Concat([]byte(b.head), credential, b.time, canonical(t, signature)))
}

func (b *boundDraft) claims(c *vectorClaims) {
	at := time.Unix(int64(b.at), 0).UTC()
	c.Bound, c.Device, c.Holder, c.Shown = true, hex.EncodeToString(b.device[:]), hex.EncodeToString(b.named[:]), &at
}

func addBoundVectors(t *testing.T, current, stranger *Key, add func(string, Code, string, func(*draft)), at func(time.Time)) {
	person, device := PersonID(bytes.Repeat([]byte{0xab}, 16)), DeviceID{1, 2, 3, 4, 5, 6, 7, 8}
	thief := fixedHolder(t, 9)
	const name = "bound: "
	bound := func(n byte, change func(*draft)) func(*draft) {
		return func(d *draft) {
			key := fixedHolder(t, n)
			holder, err := holderOf(&key.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			id := sealBound(current.personID, person, device, holder)
			d.claims.ID, d.claims.Expires = id[:], d.claims.Issued+7200
			d.claims.Confirm = &cnf{coseKey{2, 1, holder[1:], holder.odd()}}
			d.bound = &boundDraft{holder: key, named: holder, device: device, at: uint32(vectorTime.Unix()) + 10, head: presentationStart,
				context: "Signature1", header: unhex(t, "a1 01 26"), hash: same, message: same}
			change(d)
		}
	}
	good := func(what string, change func(*draft)) { add(name+what, "", "", bound(7, change)) }
	bad := func(what string, code Code, reason string, change func(*draft)) {
		add(name+what, code, reason, bound(7, change))
	}
	signed := func(after time.Duration) func(*draft) {
		return func(d *draft) { d.bound.at = uint32(vectorTime.Add(after).Unix()) }
	}
	until := uint32(vectorTime.Add(15 * time.Hour).Unix())
	nothing := func(*draft) {}

	// Genuine, valid and fresh.
	good("green", nothing)
	add(name+"a key with an even y", "", "", bound(8, nothing))
	good("held until midnight, identity not yet checked", func(d *draft) {
		d.claims.Health = cwtHealth{State: "held", Name: "张*", Flags: flagUnchecked, Until: &until}
	})
	good("largest", func(d *draft) {
		d.claims.Health = cwtHealth{State: "dark-red-2-x", Name: "𐐀*** 𐐁***", Flags: 3, Until: &until}
	})
	good("last moment of its freshness", signed(10*time.Second))
	at(vectorTime.Add(10*time.Second + Fresh - time.Millisecond))
	good("5 s ahead of the clock", signed(10*time.Second))
	at(vectorTime.Add(10*time.Second - Leeway))
	good("an hour after its issue", signed(time.Hour))
	at(vectorTime.Add(time.Hour + Interval))
	good("last second of its credential", signed(2*time.Hour-time.Second))
	at(vectorTime.Add(2*time.Hour - time.Millisecond))
	good("12 hours long", func(d *draft) { d.claims.Expires = d.claims.Issued + 12*3600 })

	// Times, keys, other people's devices.
	bad("picture of a minute ago", Stale, "signed it 55s ago", signed(10*time.Second))
	at(vectorTime.Add(10*time.Second + Fresh))
	bad("picture of an hour ago", Stale, "signed it 1h0m0s ago", signed(0))
	at(vectorTime.Add(time.Hour))
	bad("6 s ahead of the clock", FromTheFuture, "6s ahead", signed(20*time.Second))
	at(vectorTime.Add(20*time.Second - Leeway - time.Second))
	bad("its credential has expired", Expired, "it expired 0s ago", signed(2*time.Hour-time.Second))
	at(vectorTime.Add(2 * time.Hour))
	bad("copied: another device signs", NotTheHolder, "another device", func(d *draft) { d.bound.holder = thief })
	bad("copied: the time set anew", NotTheHolder, "another device", func(d *draft) {
		late := canonical(t, d.bound.at+60)
		d.bound.message = func(b []byte) []byte { return bytes.Replace(b, d.bound.time, late, 1) }
	})
	at(vectorTime.Add(80 * time.Second))
	bad("signature of another credential", NotTheHolder, "another device", func(d *draft) {
		d.bound.hash = func(b []byte) []byte { return append([]byte{b[0] ^ 1}, b[1:]...) }
	})
	bad("signature: another context", NotTheHolder, "another device", func(d *draft) { d.bound.context = "Signature" })
	bad("signature: another algorithm named", NotTheHolder, "another device", func(d *draft) { d.bound.header = unhex(t, "a1 01 27") })
	signature := func(what string, change func([]byte)) {
		bad("signature: "+what, NotTheHolder, "another device", func(d *draft) {
			d.bound.message = func(b []byte) []byte { change(b[len(b)-64:]); return b }
		})
	}
	signature("r zero", func(b []byte) { clear(b[:32]) })
	signature("s zero", func(b []byte) { clear(b[32:]) })
	signature("r too large", func(b []byte) { copy(b, bytes.Repeat([]byte{0xff}, 32)) })
	signature("last bit", func(b []byte) { b[63] ^= 1 })
	bad("another's key put in", BadSignature, "did not sign", func(d *draft) {
		theirs, err := holderOf(&thief.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		mine := d.bound.named
		d.message = func(b []byte) []byte { return bytes.Replace(b, mine[1:], theirs[1:], 1) }
		d.bound.holder = thief
	})
	bad("issued by a stranger", UnknownKey, "is not known", func(d *draft) { d.key = stranger })
	bad("another jurisdiction", OtherJurisdiction, "from tianjin", func(d *draft) { d.claims.Issuer = "tianjin" })

	// The form.
	form := func(what, reason string, change func(*draft)) { bad(what, NotAPass, reason, change) }
	message := func(what, reason string, change func([]byte) []byte) {
		form(what, reason, func(d *draft) { d.bound.message = change })
	}
	form("credential without a device", "map of 6 claims", func(d *draft) { d.claims.Confirm = nil })
	form("credential under the other prefix", "more than 300", func(d *draft) {
		d.text = func(s string) string { return Prefix + s[len(BoundPrefix):] }
	})
	message("credential alone", "array of credential", func(b []byte) []byte { return b[1 : len(b)-71] })
	message("no signature", "holder's signature", func(b []byte) []byte { return b[:len(b)-66] })
	message("array of 4", "array of credential", func(b []byte) []byte { b[0] = 0x84; return append(b, 0xf6) })
	message("array of unknown length", "array of credential", func(b []byte) []byte { b[0] = 0x9f; return append(b, 0xff) })
	message("a byte too many", "something follows", func(b []byte) []byte { return append(b, 0) })
	message("a byte too few", "holder's signature", func(b []byte) []byte { return b[:len(b)-1] })
	message("317 bytes", "more than", func(b []byte) []byte { return append(b, make([]byte, 317-len(b))...) })
	message("no bytes", "array of credential", func([]byte) []byte { return nil })
	message("deeply nested", "COSE_Sign1", func([]byte) []byte { return bytes.Repeat([]byte{0x83}, 300) })
	form("time as text", "time of 4 bytes", func(d *draft) { d.bound.time = canonical(t, "now") })
	form("time with a long head", "time of 4 bytes", func(d *draft) {
		d.bound.time = append([]byte{0x1b, 0, 0, 0, 0}, canonical(t, d.bound.at)[1:]...)
	})
	form("signed before its issue", "outside the time", func(d *draft) { d.bound.at = d.claims.Issued - 1 })
	form("signed at its end", "outside the time", func(d *draft) { d.bound.at = d.claims.Expires })
	form("longer than 12 hours", "is not 1 s", func(d *draft) { d.claims.Expires = d.claims.Issued + 12*3600 + 1 })
	form("unknown flag", "flags 4", func(d *draft) { d.claims.Health.Flags = 4 })
	form("full name", "not masked", func(d *draft) { d.claims.Health.Name = "Zhang San" })
	key := func(what, reason string, change func(*coseKey)) {
		form("key: "+what, reason, func(d *draft) { change(&d.claims.Confirm.Key) })
	}
	key("another type", "P-256 key", func(k *coseKey) { k.Type = 1 })
	key("another curve", "P-256 key", func(k *coseKey) { k.Curve = 2 })
	key("x of 31 bytes", "P-256 key", func(k *coseKey) { k.X = k.X[1:] })
	key("y as bytes", "y of the holder's key", func(k *coseKey) { k.Y = []byte{1} })
	key("y null", "y of the holder's key", func(k *coseKey) { k.Y = nil })
	key("x on no point", "no point of P-256", func(k *coseKey) { k.X = append(make([]byte, 31), 1) })
	key("x above the field", "no point of P-256", func(k *coseKey) { k.X = bytes.Repeat([]byte{0xff}, 32) })
}
