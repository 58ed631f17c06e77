package web

import (
	"healthcode"
	"healthcode/internal/identity"
)

// documentChoices lists the document types, for a group of radio buttons.
func documentChoices(v view, chosen healthcode.DocumentType) []choice {
	var all []choice
	for _, t := range healthcode.DocumentTypes {
		all = append(all, choice{string(t), v.say(identity.DocumentLabel(t)), v.say(identity.DocumentHint(t)), t == chosen})
	}
	return all
}

// countryGroups lists the countries that issue passports, for a select.
func countryGroups(v view, chosen string) []group {
	var all []choice
	for _, c := range identity.PassportIssuers() {
		all = append(all, choice{value: c.Code, label: v.say(c.Name), chosen: c.Code == chosen})
	}
	return []group{{choices: all}}
}

// statesBirth reports whether the number of a document says when its holder was born.
func statesBirth(t healthcode.DocumentType) bool {
	return t == healthcode.DocumentID || t == healthcode.DocumentPermanent
}

func knownType(t healthcode.DocumentType) bool { return identity.DocumentLabel(t).Complete() }

// document reads the fields of a document.
func (c *call) document() healthcode.Document {
	return healthcode.Document{Type: healthcode.DocumentType(c.value("document.type")),
		Number: c.value("document.number"), Country: c.value("document.country")}
}

// country names a country by its alpha-2 code, or returns the code.
func country(v view, code string) string {
	if c, ok := identity.FindCountry(code); ok {
		return v.say(c.Name)
	}
	return code
}
