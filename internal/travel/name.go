package travel

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"healthcode/internal/identity"
)

// name is a person's name as registered, in two parts, and as the machine-readable zone has it.
type name struct {
	surname, given           string // as registered; given may be empty
	machineSurname, machineG string
}

var anyReading = func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Heteronym = true
	return a
}()

// readings lists how a character may be written in a passport; nil for one without a known reading. Ü is YU in passports
// since 2012, and was U or V before.
func readings(r rune) []string {
	var all []string
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	for _, reading := range pinyin.SinglePinyin(r, anyReading) {
		reading = strings.ToUpper(reading)
		all = append(all, reading)
		if strings.Contains(reading, "V") {
			all = append(all, strings.ReplaceAll(reading, "V", "YU"), strings.ReplaceAll(reading, "V", "U"))
		}
	}
	return all
}

// spells reports whether letters are readings of the characters, one after another.
func spells(letters string, characters []rune) bool {
	if len(characters) == 0 {
		return letters == ""
	}
	return slices.ContainsFunc(readings(characters[0]), func(reading string) bool {
		rest, ok := strings.CutPrefix(letters, reading)
		return ok && spells(rest, characters[1:])
	})
}

// byPinyin reports whether passports write this name by its characters' readings: two to four Chinese characters that have
// one. Longer names, and those with a dot, mostly come from other languages, which states write by other tables.
func byPinyin(registered string) bool {
	characters := []rune(registered)
	return len(characters) >= 2 && len(characters) <= 4 && !slices.ContainsFunc(characters, func(r rune) bool { return len(readings(r)) == 0 })
}

// matchName compares a registered name with the zone's. Latin is the name in Latin letters as the photo page prints it; it
// is looked at only where the registered name can't be compared by itself. Ok is false where they differ; needed, where latin is missing.
func matchName(registered, latin string, m identity.MRZ) (n name, needed, ok bool) {
	n.machineSurname, n.machineG, _ = strings.Cut(strings.TrimRight(m.NameField, "<"), "<<")
	n.machineG = strings.Trim(n.machineG, "<")
	primary, secondary := strings.ReplaceAll(n.machineSurname, "<", ""), strings.ReplaceAll(n.machineG, "<", "")
	if byPinyin(registered) {
		characters := []rune(registered)
		for k := 1; k <= len(characters); k++ {
			if spells(primary, characters[:k]) && spells(secondary, characters[k:]) {
				n.surname, n.given = string(characters[:k]), string(characters[k:])
				return n, false, true
			}
		}
		return n, false, false
	}
	n.surname = registered
	same := func(text string) bool {
		match := identity.SameName(text, m.NameField)
		return match == identity.NameSame || match == identity.NameShortened
	}
	if same(registered) {
		return n, false, true
	}
	if identity.SameName(registered, m.NameField) == identity.NameDiffers {
		return n, false, false
	}
	return n, strings.TrimSpace(latin) == "", same(latin)
}
