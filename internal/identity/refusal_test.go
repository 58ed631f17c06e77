package identity

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"healthcode"
)

func TestRefusalTexts(t *testing.T) {
	shared := []healthcode.Code{healthcode.CodeInvalid, healthcode.CodeConflict, healthcode.CodeDenied, healthcode.CodeTooMany, healthcode.CodeExpired}
	han := regexp.MustCompile(`\p{Han}`)
	name := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	for _, code := range Codes() {
		r := refusals[code]
		if !name.MatchString(string(code)) || !slices.Contains(shared, Class(code)) {
			t.Errorf("%s: an unusual code, or class %s", code, r.class)
		}
		if !han.MatchString(r.zh) || han.MatchString(r.en) {
			t.Errorf("%s: the texts aren't in their languages", code)
		}
		// Every refusal says what to do: it has a second sentence, or is itself an instruction.
		if n := strings.Count(r.en, ".") + strings.Count(r.en, ";"); n < 2 && !strings.HasPrefix(r.en, "Enter") && !strings.HasPrefix(r.en, "Choose") {
			t.Errorf("%s doesn't say what to do: %s", code, r.en)
		}
	}
	if Class("internal") != healthcode.CodeInternal {
		t.Error("another package's code changes its class")
	}
}

// TestEveryRefusal provokes every code once, and looks at what comes out: the
// right code and field, both texts filled in, and nothing of what was typed.
func TestEveryRefusal(t *testing.T) {
	now := at("2022-04-28 09:00:00")
	document := func(typ healthcode.DocumentType, number, country string) func() error {
		return func() error {
			_, err := CheckDocument(healthcode.Document{Type: typ, Number: number, Country: country}, today)
			return err
		}
	}
	nameOf := func(s string) func() error { return func() error { _, err := CleanName(s); return err } }
	mrz := func(s string) func() error { return func() error { _, err := ParseMRZ(s, today); return err } }
	photo := func(s string) func() error { return func() error { _, err := CheckPhoto([]byte(s)); return err } }
	phone := func(s string) func() error { return func() error { _, err := NormalisePhone(s); return err } }
	codes := newCodes(t, 1)
	code, stored, _ := codes.Issue("x", now)
	void := stored
	void.Tries = 5
	asked := relation(t, ask(mother, father, "spouse"), now)
	existing := func(state string) []Relation {
		r := asked
		r.State = state
		return []Relation{r}
	}
	asks := func(q Request, rules RelationRules, existing []Relation) func() error {
		return func() error { _, err := Ask(q, rules, existing, now); return err }
	}
	minor := ask(mother, child, "child")
	minor.Birth = Date{2015, 1, 1}

	provoke := map[healthcode.Code]struct {
		field string
		by    func() error
	}{
		CodeDocumentType:         {"document.type", document("X", "31415926", "")},
		CodeDocumentOtherType:    {"document.type", document("TWP", "H31415926", "")},
		CodeDocumentEmpty:        {"document.number", document("CN-ID", "", "")},
		CodeDocumentCharacters:   {"document.number", document("CN-ID", "31415926_", "")},
		CodeDocumentLength:       {"document.number", document("CN-ID", "31415926", "")},
		CodeDocumentForm:         {"document.number", document("CN-PASSPORT", "X31415926", "")},
		CodeDocumentOldID:        {"document.number", document("CN-ID", "110105314159262", "")},
		CodeDocumentArea:         {"document.number", document("CN-ID", "990105194912310027", "")},
		CodeDocumentBirth:        {"document.number", document("CN-ID", "110105194913310027", "")},
		CodeDocumentCheckDigit:   {"document.number", document("CN-ID", "110105194912310027", "")},
		CodeDocumentPermitLetter: {"document.number", document("HRP-HK", "31415926", "")},
		CodeDocumentCountry:      {"document.country", document("PASSPORT", "A31415926", "XXX")},
		CodeDocumentNotForeign:   {"document.country", document("PASSPORT", "A31415926", "HKG")},
		CodeNameEmpty:            {"name", nameOf("")},
		CodeNameLong:             {"name", nameOf(strings.Repeat("Eriksson ", 20))},
		CodeNameCharacters:       {"name", nameOf("Eriksson!")},
		CodeMRZShape:             {"mrz", mrz(specimenUpper)},
		CodeMRZCharacters:        {"mrz", mrz(specimenUpper + strings.Replace(specimenLower, "L", "!", 1))},
		CodeMRZKind:              {"mrz", mrz("V" + specimenUpper[1:] + specimenLower)},
		CodeMRZCheckDigit:        {"mrz", mrz(specimenUpper + strings.Replace(specimenLower, "L", "I", 1))},
		CodeMRZDate:              {"mrz", mrz(specimenUpper + "AB2134<<<5UTO7402304F1204159<<<<<<<<<<<<<<06")},
		CodeMRZDiffers: {"document.number", func() error {
			m, _ := ParseMRZ(specimenUpper+specimenLower, today)
			return m.Differences(healthcode.Document{Number: "A31415926"}, "Anna Maria Eriksson", Date{})[0]
		}},
		CodePhotoEmpty:       {"photo", photo("")},
		CodePhotoLarge:       {"photo", photo(strings.Repeat("x", MaxPhotoBytes+1))},
		CodePhotoFormat:      {"photo", photo("GIF89a")},
		CodePhotoHEIC:        {"photo", photo("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")},
		CodePhotoSmall:       {"photo", photo(string(encodeJPEG(t, quarters(100, 100))))},
		CodePhotoPixels:      {"photo", photo(string(header(0xc0, 20001, 500)))},
		CodePhotoDamaged:     {"photo", photo(string(encodeJPEG(t, quarters(640, 480))[:2000]))},
		CodePhoneEmpty:       {"phone", phone("")},
		CodePhoneCharacters:  {"phone", phone("1380000x001")},
		CodePhoneMainland:    {"phone", phone("31415926")},
		CodePhoneForeign:     {"phone", phone("+99931415926")},
		CodeOneTimeForm:      {"code", func() error { return codes.Verify(stored, "31415", now) }},
		CodeOneTimeWrong:     {"code", func() error { return newCodes(t, 2).Verify(stored, code, now) }},
		CodeOneTimeExpired:   {"code", func() error { return codes.Verify(stored, code, now.Add(CodeLifetime)) }},
		CodeOneTimeTries:     {"code", func() error { return codes.Verify(void, code, now) }},
		CodeTooOften:         {"", func() error { return Limits[0].Check(2, now) }},
		CodeRelationSelf:     {"relation", asks(ask(mother, mother, "spouse"), tianjin, nil)},
		CodeRelationKind:     {"relation", asks(ask(mother, friend, "other"), tianjin, nil)},
		CodeRelationKeyPage:  {"photo", asks(minor, tianjin, nil)},
		CodeRelationExists:   {"relation", asks(ask(mother, father, "spouse"), tianjin, existing(RelationAsked))},
		CodeRelationDeclined: {"relation", asks(ask(mother, father, "spouse"), tianjin, existing(RelationDeclined))},
		CodeRelationCoolDown: {"relation", asks(ask(mother, father, "spouse"), tianjin, existing(RelationRemoved))},
		CodeRelationMax:      {"relation", asks(ask(mother, friend, "parent"), RelationRules{Kinds: tianjin.Kinds, Max: 1}, existing(RelationConsented))},
		CodeRelationDenied: {"relation", func() error {
			_, err := asked.Apply(EventConsent, resident(mother), now)
			return err
		}},
		CodeRelationOver: {"relation", func() error {
			_, err := existing(RelationRemoved)[0].Apply(EventRemove, resident(mother), now)
			return err
		}},
	}
	for _, code := range Codes() {
		p, ok := provoke[code]
		if !ok {
			t.Errorf("%s: nothing provokes it", code)
			continue
		}
		err := p.by()
		var e *healthcode.Error
		if !errors.As(err, &e) || e.Code != code || e.Field != p.field {
			t.Errorf("%s: %v (%+v), want it on field %q", code, err, e, p.field)
			continue
		}
		for _, text := range []string{e.Text.ZH, e.Text.EN, err.Error()} {
			if text == "" || strings.Contains(text, "%!") || strings.Contains(text, "%[") {
				t.Errorf("%s: text %q", code, text)
			}
			for _, typed := range []string{"31415", "Eriksson", "ERIKSSON", "L898902C3", "19491"} {
				if strings.Contains(text, typed) {
					t.Errorf("%s repeats what was typed: %q", code, text)
				}
			}
		}
	}
}
