package certificate

import "encoding/asn1"

// Usage is the set of content that a signer may sign, from its certificate's extended key usage. None named
// means any.
type Usage uint8

const (
	UsageTest Usage = 1 << iota
	UsageVaccination
	UsageRecovery
)

// Allows reports whether a signer with usage u may sign content of the kind.
func (u Usage) Allows(kind Usage) bool { return u == 0 || kind == 0 || u&kind != 0 }

// Two spellings of one arc are in use; the second came from a misread specification.
var usageArcs = []asn1.ObjectIdentifier{
	{1, 3, 6, 1, 4, 1, 1847, 2021, 1},
	{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1},
}

func usageOf(oids []asn1.ObjectIdentifier) Usage {
	var u Usage
	for _, oid := range oids {
		for _, arc := range usageArcs {
			if len(oid) != len(arc)+1 || !oid[:len(arc)].Equal(arc) {
				continue
			}
			switch oid[len(arc)] {
			case 1:
				u |= UsageTest
			case 2:
				u |= UsageVaccination
			case 3:
				u |= UsageRecovery
			}
		}
	}
	return u
}
