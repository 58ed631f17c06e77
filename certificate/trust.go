package certificate

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"slices"
	"time"
)

// TrustList holds the keys of the signers that a verifier trusts. Several keys may share a key id; all are
// tried. Fill it before sharing it: reading is safe for concurrent use, adding is not.
type TrustList struct {
	Published time.Time // when its publisher made it; zero where the list does not say
	byID      map[string][]*Key
	order     []*Key
}

// NewTrustList makes a list of keys.
func NewTrustList(keys ...*Key) *TrustList {
	l := &TrustList{byID: make(map[string][]*Key, len(keys))}
	for _, k := range keys {
		l.Add(k)
	}
	return l
}

// Add puts a key into the list unless the same certificate, or the same bare key, is in it already.
func (l *TrustList) Add(k *Key) {
	if l.byID == nil {
		l.byID = map[string][]*Key{}
	}
	id := string(k.ID)
	for _, known := range l.byID[id] {
		if known.DER != nil && bytes.Equal(known.DER, k.DER) || known.DER == nil && k.DER == nil && samePublic(known, k) {
			return
		}
	}
	l.byID[id] = append(l.byID[id], k)
	l.order = append(l.order, k)
}

// Merge adds all that another list finds, under the ids under which it finds it.
func (l *TrustList) Merge(other *TrustList) {
	for _, k := range other.order {
		l.Add(k)
	}
	for id, keys := range other.byID {
		for _, k := range keys {
			l.addAlias([]byte(id), k)
		}
	}
}

// addAlias lets Lookup find the key under another id too, as some lists name keys by an id of their own.
func (l *TrustList) addAlias(id []byte, k *Key) {
	if id != nil && !bytes.Equal(id, k.ID) && !slices.Contains(l.byID[string(id)], k) {
		l.byID[string(id)] = append(l.byID[string(id)], k)
	}
}

func samePublic(a, b *Key) bool {
	p, ok := a.Public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && p.Equal(b.Public)
}

// Lookup gives the keys with the id; nil where the id is empty or unknown.
func (l *TrustList) Lookup(id []byte) []*Key {
	if l == nil || len(id) == 0 {
		return nil
	}
	return l.byID[string(id)]
}

// vouchedFor gives the key of a certificate that one of the trusted certificates has signed.
func (l *TrustList) vouchedFor(der []byte) []*Key {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	for _, k := range l.Keys() {
		parent, err := x509.ParseCertificate(k.DER)
		if err == nil && bytes.Equal(parent.RawSubject, leaf.RawIssuer) && leaf.CheckSignatureFrom(parent) == nil {
			if key, err := ParseKey(der); err == nil {
				return []*Key{key}
			}
		}
	}
	return nil
}

// Keys gives every key in the order of adding.
func (l *TrustList) Keys() []*Key {
	if l == nil {
		return nil
	}
	return slices.Clone(l.order)
}

// Len is the number of keys.
func (l *TrustList) Len() int {
	if l == nil {
		return 0
	}
	return len(l.order)
}

// Expired gives the keys whose certificate has ended at the instant. They stay in the list: what they
// signed before is told apart from what nobody known has signed.
func (l *TrustList) Expired(at time.Time) []*Key {
	var ended []*Key
	for _, k := range l.Keys() {
		if k.Expired(at) {
			ended = append(ended, k)
		}
	}
	return ended
}
