package certificate

import (
	"crypto/sha256"
)

// RevocationHash is the first half of a SHA-256, as revocation lists carry it.
type RevocationHash [16]byte

// RevocationHashes are the values under which a certificate may stand on a revocation list. A zero value
// means that the certificate has no such hash.
type RevocationHashes struct {
	Signature   RevocationHash
	UVCI        RevocationHash
	CountryUVCI RevocationHash
}

// RevocationHashes gives the certificate's hashes. An ECDSA signature (R, S) is also valid as (R, -S), so
// only R counts: otherwise a revoked certificate could be rewritten into one that is on no list.
func (d *Document) RevocationHashes() RevocationHashes {
	signature := d.Message.Signature
	if a, known := algorithms[d.Message.Algorithm]; known && !a.rsa {
		signature = signature[:len(signature)/2]
	}
	h := RevocationHashes{Signature: revocationHash(string(signature))}
	if id, country := d.identifier(); id != "" {
		h.UVCI = revocationHash(id)
		h.CountryUVCI = revocationHash(country + id)
	}
	return h
}

func revocationHash(s string) RevocationHash {
	sum := sha256.Sum256([]byte(s))
	return RevocationHash(sum[:16])
}

// RevocationSet is a revocation list in memory.
type RevocationSet map[RevocationHash]struct{}

// Add puts hashes on the list.
func (s RevocationSet) Add(hashes ...RevocationHash) {
	for _, h := range hashes {
		s[h] = struct{}{}
	}
}

// Revoked is a Verifier's Revoked function.
func (s RevocationSet) Revoked(h RevocationHashes) (bool, error) {
	for _, one := range []RevocationHash{h.Signature, h.UVCI, h.CountryUVCI} {
		if _, found := s[one]; found && one != (RevocationHash{}) {
			return true, nil
		}
	}
	return false, nil
}

// identifier gives the certificate's unique identifier and the country of the event; empty where it has none.
func (d *Document) identifier() (id, country string) {
	content := d.fields()
	switch d.Format {
	case FormatDCC:
		for _, key := range []string{"v", "t", "r"} {
			entries, _ := content[key].([]any)
			if len(entries) == 0 {
				continue
			}
			entry, _ := entries[0].(map[string]any)
			id, _ = entry["ci"].(string)
			country, _ = entry["co"].(string)
			return id, country
		}
	case FormatStatement:
		id, _ = content["id"].(string)
	case FormatVDSNC:
		msg, _ := content["msg"].(map[string]any)
		if id, _ = msg["utci"].(string); id == "" {
			id, _ = msg["uvci"].(string)
		}
	case FormatDDCCTR, FormatDDCCVS:
		certificate, _ := content["certificate"].(map[string]any)
		hcid, _ := certificate["hcid"].(map[string]any)
		id, _ = hcid["value"].(string)
		if id == "" {
			id, _ = content["hcid"].(string)
		}
	}
	return id, d.Issuer
}
