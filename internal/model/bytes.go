package model

import (
	"unsafe"

	"healthcode"
)

// Go rounds what it allocates up, by an eighth at most for things of this size.
func allocated(bytes int) int64 { return int64(bytes) + int64(bytes)/8 }

// textBytes is what short texts take: at least 8 bytes each, unless empty.
func textBytes(texts ...string) (n int) {
	for _, t := range texts {
		if t != "" {
			n += max(8, len(t))
		}
	}
	return n
}

func factBytes(f *healthcode.Fact) int {
	n := int(unsafe.Sizeof(*f)) + textBytes(f.ID, f.Source, f.Analyte, f.Result, f.Lab, f.Product, f.Lot, f.Class, f.Area, f.Evidence,
		f.Port, f.Origin, f.Place, f.Category, f.Hold, f.Reason, f.By)
	for _, list := range [][]string{f.Symptoms, f.Visited} {
		n += textBytes(list...) + len(list)*int(unsafe.Sizeof(""))
	}
	if f.Retracts != nil {
		n += int(unsafe.Sizeof(*f.Retracts)) + textBytes(f.Retracts.Source, f.Retracts.ID)
	}
	return n
}

// besideBytes is about what is kept beside facts.
const besideBytes = 192

func (p person) bytes() int64 {
	n := int(unsafe.Sizeof(p))
	if p.facts != nil {
		n += besideBytes
		for i := range *p.facts {
			n += factBytes(&(*p.facts)[i])
		}
	}
	if p.person != nil {
		n += int(unsafe.Sizeof(*p.person)) + textBytes(p.person.Name, p.person.Phone)
		for _, d := range p.person.Documents {
			n += int(unsafe.Sizeof(d)) + textBytes(d.Number)
		}
	}
	if p.registrations != nil {
		for _, r := range *p.registrations {
			n += int(unsafe.Sizeof(r)) + textBytes(r.Jurisdiction, r.Declaration, r.Channel)
		}
	}
	for _, s := range p.sessions {
		n += 256 + int(unsafe.Sizeof(s)) + textBytes(s.ID, s.Device) + len(s.TokenHash)
	}
	for _, d := range p.devices {
		n += 64 + int(unsafe.Sizeof(d)) + textBytes(d.Session) + len(d.Key)
	}
	return allocated(n)
}

func (a account) bytes() int64 {
	n := int(unsafe.Sizeof(a)) + 48 // the key
	if a.staff != nil {
		n += int(unsafe.Sizeof(*a.staff)) + 256
	}
	if a.session != nil {
		n += int(unsafe.Sizeof(*a.session)) + 128
	}
	if a.venue != nil {
		n += int(unsafe.Sizeof(*a.venue)) + 256
	}
	if a.missing != nil {
		n += 160
	}
	return allocated(n)
}
