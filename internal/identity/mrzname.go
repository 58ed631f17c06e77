package identity

import (
	"slices"
	"strings"
)

// nameField is the number of characters of a name in the zone that machines
// read of a passport (TD3).
const nameField = 39

// MRZName returns the 39 characters in which ICAO 9303 writes a surname (the
// primary identifier) and given names (the secondary one, which may be empty).
// It returns false where a letter has no Latin form.
//
// Part 4, section 4.2.3 leaves the way of shortening to the issuing state. Here
// the longest component loses its last letter until the surname leaves room for
// one letter of the given names, and the field is then filled as far as it
// goes, so that its last character is a letter, the sign of a shortened name.
func MRZName(surname, given string) (string, bool) {
	p, ok := transliterate(surname, 0)
	s, ok2 := transliterate(given, 0)
	if !ok || !ok2 || p+s == "" {
		return "", false
	}
	if p == "" { // a name of one part is a primary identifier
		p, s = s, ""
	}
	primary := strings.ReplaceAll(p, " ", "<")
	if s == "" {
		return fillField(primary), true
	}
	secondary := "<<" + strings.ReplaceAll(s, " ", "<")
	for len(primary) > nameField-3 && len(primary)+len(secondary) > nameField {
		primary = strings.TrimRight(shorten(primary), "<")
	}
	return fillField(primary + secondary), true
}

// fillField makes a field exactly as long as it has to be.
func fillField(field string) string {
	if len(field) > nameField && field[nameField-1] == '<' {
		// A letter less before it moves the next component's initial to the end.
		field = shorten(field[:nameField-1]) + field[nameField-1:]
	}
	if len(field) > nameField {
		return field[:nameField]
	}
	return field + strings.Repeat("<", nameField-len(field))
}

// shorten takes the last letter from the longest component, the first of
// equals; where all are initials, it takes the last character.
func shorten(field string) string {
	end, longest, start := len(field), 1, 0
	for i := range len(field) + 1 {
		if i == len(field) || field[i] == '<' {
			if i-start > longest {
				end, longest = i, i-start
			}
			start = i + 1
		}
	}
	return field[:end-1] + field[end:]
}

// NameMatch is what comparing two forms of a name says.
type NameMatch string

// The matches.
const (
	NameSame      NameMatch = "same"
	NameShortened NameMatch = "shortened" // the same as far as the shortened form goes
	NameDiffers   NameMatch = "differs"
	NameUnclear   NameMatch = "unclear" // not comparable letter by letter: a person must look
)

// SameName compares a name as typed with the name field of a passport's machine
// readable zone, such as "ERIKSSON<<ANNA<MARIA<<<…". The typed name may have
// its components in any order and use any transliteration that ICAO 9303-3 lists.
// A field of 39 characters that ends with a letter has to be taken for a
// shortened one; then each of its components must begin one of the typed name's,
// in order. A name in another script than Latin that isn't the same is unclear
// rather than different, since states romanise by their own tables.
func SameName(typed, mrz string) NameMatch {
	mrz = strings.ToUpper(mrz)
	primary, secondary := splitField(mrz)
	if len(primary) == 0 {
		return NameUnclear
	}
	shortened := len(mrz) == nameField && mrz[nameField-1] != '<'
	match := NameDiffers
	for style := range styles {
		plain, ok := transliterate(typed, style)
		if !ok {
			return NameUnclear
		}
		components := strings.Fields(plain)
		switch {
		case sameComponents(components, primary, secondary):
			return NameSame
		case shortened && (begins(components, slices.Concat(primary, secondary)) || begins(components, slices.Concat(secondary, primary))):
			match = NameShortened
		}
	}
	if match == NameDiffers && !isLatin(typed) {
		return NameUnclear
	}
	return match
}

// sameComponents compares whole names: the same components in any order, since
// a surname may stand anywhere; or the same letters with the surname first or
// last, since XIU MING and XIUMING are one name.
func sameComponents(typed, primary, secondary []string) bool {
	t, p, s := strings.Join(typed, ""), strings.Join(primary, ""), strings.Join(secondary, "")
	return t == p+s || t == s+p ||
		slices.Equal(slices.Sorted(slices.Values(typed)), slices.Sorted(slices.Values(slices.Concat(primary, secondary))))
}

// begins reports whether each of short begins a component of long, in order.
func begins(long, short []string) bool {
	for _, c := range long {
		if len(short) > 0 && strings.HasPrefix(c, short[0]) {
			short = short[1:]
		}
	}
	return len(short) == 0
}

// splitField divides a name field into the components of the two identifiers.
func splitField(field string) (primary, secondary []string) {
	p, s, _ := strings.Cut(strings.TrimRight(field, "<"), "<<")
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == '<' || r == ' ' })
	}
	return split(p), split(s)
}
