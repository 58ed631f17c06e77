package identity

import (
	"strings"
	"testing"

	"healthcode"
)

var today = Date{2022, 4, 28}

func TestCheckDocument(t *testing.T) {
	type doc = healthcode.Document
	for _, tt := range []struct {
		name  string
		typed doc
		want  string // the normalised number, or the code of the refusal
		kind  Kind
		birth string
	}{
		// The two examples printed in GB 11643-1999.
		{"ID with X", doc{Type: "CN-ID", Number: "11010519491231002X"}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID of 1880", doc{Type: "CN-ID", Number: "440524188001010014"}, "440524188001010014", KindResidentID, "1880-01-01"},
		{"ID with lower case x and spaces", doc{Type: "CN-ID", Number: " 110105 19491231 002x "}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID in full width", doc{Type: "CN-ID", Number: "110105-19491231-002X"}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID with Roman ten", doc{Type: "CN-ID", Number: "11010519491231002Ⅹ"}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID with multiplication sign", doc{Type: "CN-ID", Number: "11010519491231002×"}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID with invisible characters", doc{Type: "CN-ID", Number: "\ufeff110105\u200b19491231\u00a0002X\u200e"}, "11010519491231002X", KindResidentID, "1949-12-31"},
		{"ID born on 29 February", doc{Type: "CN-ID", Number: "110101200002290018"}, "110101200002290018", KindResidentID, "2000-02-29"},
		{"ID under a province reserved for Taiwan", doc{Type: "CN-ID", Number: "710000199001010015"}, "710000199001010015", KindResidentID, "1990-01-01"},
		{"residence permit, Hong Kong", doc{Type: "CN-ID", Number: "810000199408230021"}, "810000199408230021", KindResidenceHK, "1994-08-23"},
		{"residence permit, Macao", doc{Type: "CN-ID", Number: "820000199001010010"}, "820000199001010010", KindResidenceMO, "1990-01-01"},
		{"residence permit, Taiwan", doc{Type: "CN-ID", Number: "830000199201300022"}, "830000199201300022", KindResidenceTW, "1992-01-30"},
		{"ID of 15 digits", doc{Type: "CN-ID", Number: "110105491231002"}, "document_old_id", "", ""},
		{"ID too short", doc{Type: "CN-ID", Number: "11010519491231002"}, "document_length", "", ""},
		{"ID too long", doc{Type: "CN-ID", Number: "11010519491231002X1"}, "document_length", "", ""},
		{"ID with a letter within", doc{Type: "CN-ID", Number: "1101051949123100O2"}, "document_form", "", ""},
		{"ID with X within", doc{Type: "CN-ID", Number: "11010519491231X02X"}, "document_form", "", ""},
		{"ID with Cyrillic Х", doc{Type: "CN-ID", Number: "11010519491231002Х"}, "document_characters", "", ""},
		{"ID of no province", doc{Type: "CN-ID", Number: "160105194912310027"}, "document_area", "", ""},
		{"ID of a permit's province but a county", doc{Type: "CN-ID", Number: "810101199408230021"}, "document_area", "", ""},
		{"ID born on 31 February", doc{Type: "CN-ID", Number: "110105194902310027"}, "document_birth", "", ""},
		{"ID born on 29 February 1900", doc{Type: "CN-ID", Number: "110105190002290027"}, "document_birth", "", ""},
		{"ID born in month 13", doc{Type: "CN-ID", Number: "110105194913310027"}, "document_birth", "", ""},
		{"ID born on day 0", doc{Type: "CN-ID", Number: "110105194912000027"}, "document_birth", "", ""},
		{"ID born after today", doc{Type: "CN-ID", Number: "31010120240229003X"}, "document_birth", "", ""},
		{"ID born 1000 years ago", doc{Type: "CN-ID", Number: "110105101912310027"}, "document_birth", "", ""},
		{"ID with wrong check digit", doc{Type: "CN-ID", Number: "110105194912310021"}, "document_check_digit", "", ""},
		{"ID that is a permanent resident's", doc{Type: "CN-ID", Number: "911124198108030024"}, "document_other_type", "", ""},
		{"ID that is a Home Return permit's", doc{Type: "CN-ID", Number: "H12345678"}, "document_other_type", "", ""},
		{"ID that is a passport's", doc{Type: "CN-ID", Number: "EA1234567"}, "document_other_type", "", ""},
		{"ID empty", doc{Type: "CN-ID", Number: " \u3000- "}, "document_empty", "", ""},
		{"ID as long as a book", doc{Type: "CN-ID", Number: strings.Repeat("1", 1<<20)}, "document_length", "", ""},

		{"passport E", doc{Type: "CN-PASSPORT", Number: "e12345678"}, "E12345678", KindOrdinary, ""},
		{"passport EA", doc{Type: "CN-PASSPORT", Number: "EA1234567"}, "EA1234567", KindOrdinary, ""},
		{"passport EZ", doc{Type: "CN-PASSPORT", Number: "EZ1234567"}, "EZ1234567", KindOrdinary, ""},
		{"passport EE", doc{Type: "CN-PASSPORT", Number: "EE1234567"}, "EE1234567", KindOrdinary, ""},
		{"passport EI doesn't exist", doc{Type: "CN-PASSPORT", Number: "EI1234567"}, "document_form", "", ""},
		{"passport EO doesn't exist", doc{Type: "CN-PASSPORT", Number: "EO1234567"}, "document_form", "", ""},
		{"passport G", doc{Type: "CN-PASSPORT", Number: "G12345678"}, "G12345678", KindOrdinary, ""},
		{"passport GA doesn't exist", doc{Type: "CN-PASSPORT", Number: "GA1234567"}, "document_form", "", ""},
		{"passport D", doc{Type: "CN-PASSPORT", Number: "D1234567"}, "D1234567", KindDiplomatic, ""},
		{"passport DE", doc{Type: "CN-PASSPORT", Number: "DE1234567"}, "DE1234567", KindDiplomatic, ""},
		{"passport S", doc{Type: "CN-PASSPORT", Number: "S12345678"}, "S12345678", KindService, ""},
		{"passport SE", doc{Type: "CN-PASSPORT", Number: "SE1234567"}, "SE1234567", KindService, ""},
		{"passport P. as printed", doc{Type: "CN-PASSPORT", Number: "P.1234567"}, "P1234567", KindOfficialOrdinary, ""},
		{"passport PE", doc{Type: "CN-PASSPORT", Number: "PE1234567"}, "PE1234567", KindOfficialOrdinary, ""},
		{"travel document", doc{Type: "CN-PASSPORT", Number: "T12345678"}, "T12345678", KindTravelDocument, ""},
		{"passport, a country given", doc{Type: "CN-PASSPORT", Number: "E12345678", Country: "CHN"}, "E12345678", KindOrdinary, ""},
		{"passport of Hong Kong", doc{Type: "CN-PASSPORT", Number: "K12345678"}, "document_form", "", ""},
		{"passport too short", doc{Type: "CN-PASSPORT", Number: "E1234567"}, "document_form", "", ""},
		{"passport much too short", doc{Type: "CN-PASSPORT", Number: "E12"}, "document_length", "", ""},
		{"passport that is an ID", doc{Type: "CN-PASSPORT", Number: "11010519491231002X"}, "document_other_type", "", ""},

		{"foreign passport", doc{Type: "PASSPORT", Number: "l898902c3", Country: "usa"}, "L898902C3", KindForeign, ""},
		{"foreign passport of 12 characters", doc{Type: "PASSPORT", Number: "AB1234567890", Country: "IND"}, "AB1234567890", KindForeign, ""},
		{"foreign passport with fillers", doc{Type: "PASSPORT", Number: "AB2134<<<", Country: "D<<"}, "AB2134", KindForeign, ""},
		{"foreign passport without digits", doc{Type: "PASSPORT", Number: "ABCDEFGH", Country: "USA"}, "document_form", "", ""},
		{"foreign passport too short", doc{Type: "PASSPORT", Number: "AB12", Country: "USA"}, "document_form", "", ""},
		{"foreign passport too long", doc{Type: "PASSPORT", Number: "123456789012345678901", Country: "USA"}, "document_form", "", ""},
		{"foreign passport with a slash", doc{Type: "PASSPORT", Number: "AB/12345", Country: "USA"}, "document_characters", "", ""},
		{"foreign passport of no country", doc{Type: "PASSPORT", Number: "AB1234567"}, "document_country", "", ""},
		{"foreign passport of Utopia", doc{Type: "PASSPORT", Number: "L898902C3", Country: "UTO"}, "document_country", "", ""},
		{"foreign passport of China", doc{Type: "PASSPORT", Number: "E12345678", Country: "CHN"}, "document_not_foreign", "", ""},
		{"foreign passport of Taiwan", doc{Type: "PASSPORT", Number: "312345678", Country: "TWN"}, "document_not_foreign", "", ""},

		{"Home Return, Hong Kong", doc{Type: "HRP-HK", Number: "h12345678"}, "H12345678", KindHomeReturn, ""},
		{"Home Return, issue number dropped", doc{Type: "HRP-HK", Number: "H12345678 01"}, "H12345678", KindHomeReturn, ""},
		{"Home Return, issue number in brackets", doc{Type: "HRP-HK", Number: "H12345678(02)"}, "H12345678", KindHomeReturn, ""},
		{"Home Return, not of Chinese nationality", doc{Type: "HRP-HK", Number: "HA1234567"}, "HA1234567", KindHomeReturnOther, ""},
		{"Home Return, Macao", doc{Type: "HRP-MO", Number: "M12345678"}, "M12345678", KindHomeReturn, ""},
		{"Home Return, Macao chosen for Hong Kong", doc{Type: "HRP-MO", Number: "H12345678"}, "document_other_type", "", ""},
		{"Home Return without its letter", doc{Type: "HRP-HK", Number: "12345678"}, "document_permit_letter", "", ""},
		{"Home Return, one issue digit", doc{Type: "HRP-HK", Number: "H123456780"}, "document_length", "", ""},
		{"Home Return, another letter", doc{Type: "HRP-HK", Number: "K12345678"}, "document_form", "", ""},

		{"Taiwan permit", doc{Type: "TWP", Number: "05616820"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit of 10 digits", doc{Type: "TWP", Number: "0561682001"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit with its letter", doc{Type: "TWP", Number: "0561682001(D)"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit with its letter in full-width brackets", doc{Type: "TWP", Number: "0561682001(b)"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit with its letter alone", doc{Type: "TWP", Number: "0561682001B"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit with a digit in brackets", doc{Type: "TWP", Number: "0561682001(1)"}, "05616820", KindTaiwan, ""},
		{"Taiwan permit: a phone number isn't one", doc{Type: "TWP", Number: "13800000001"}, "document_form", "", ""},
		{"Taiwan permit too short", doc{Type: "TWP", Number: "0561682"}, "document_length", "", ""},
		{"Taiwan permit that is a residence permit's", doc{Type: "TWP", Number: "830000199201300022"}, "document_other_type", "", ""},

		{"permanent resident, 2023", doc{Type: "PRC-PR", Number: "911124198108030024"}, "911124198108030024", KindPermanent, "1981-08-03"},
		{"permanent resident, 2023, wrong check digit", doc{Type: "PRC-PR", Number: "911124198108030025"}, "document_check_digit", "", ""},
		{"permanent resident, 2023, no province", doc{Type: "PRC-PR", Number: "999124198108030024"}, "document_area", "", ""},
		{"permanent resident, before", doc{Type: "PRC-PR", Number: "usa110080010108"}, "USA110080010108", KindPermanentOld, "1980-01-01"},
		{"permanent resident, before, born in this century", doc{Type: "PRC-PR", Number: "KOR120122022801"}, "KOR120122022801", KindPermanentOld, "2022-02-28"},
		{"permanent resident, before, wrong check digit", doc{Type: "PRC-PR", Number: "USA110080010109"}, "document_check_digit", "", ""},
		{"permanent resident, before, no such day", doc{Type: "PRC-PR", Number: "USA110080133108"}, "document_birth", "", ""},
		{"permanent resident, before, no province", doc{Type: "PRC-PR", Number: "USA990080010108"}, "document_area", "", ""},
		{"permanent resident, letters within", doc{Type: "PRC-PR", Number: "USAA10080010108"}, "document_form", "", ""},
		{"permanent resident that is an ID", doc{Type: "PRC-PR", Number: "11010519491231002X"}, "document_other_type", "", ""},

		{"no such type", doc{Type: "DRIVING-LICENCE", Number: "1"}, "document_type", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CheckDocument(tt.typed, today)
			if err != nil {
				if code := string(healthcode.CodeOf(err)); code != tt.want {
					t.Fatalf("refused with %s (%v), want %s", code, err, tt.want)
				}
				if got != (Checked{}) {
					t.Errorf("refused, yet returned %+v", got)
				}
				return
			}
			if got.Document.Number != tt.want || got.Document.Type != tt.typed.Type || got.Kind != tt.kind || got.Birth.String() != tt.birth {
				t.Errorf("got %+v (%s), want %s, %s, %s", got, got.Birth, tt.want, tt.kind, tt.birth)
			}
			if again, err := CheckDocument(got.Document, today); err != nil || again != got {
				t.Errorf("checked again: %+v, %v, want the same", again, err)
			}
		})
	}
}

// TestCheckCharacterCatches changes each character of a valid number to every
// other, and swaps each pair of neighbours: MOD 11-2 finds all of these.
func TestCheckCharacterCatches(t *testing.T) {
	const number = "11010519491231002X"
	valid := func(s string) bool { return digits18(s) && checkCharacter(s[:17]) == s[17] }
	if !valid(number) {
		t.Fatal("the number isn't valid to begin with")
	}
	for i := range number {
		for _, c := range "0123456789X" {
			changed := number[:i] + string(c) + number[i+1:]
			if changed != number && valid(changed) {
				t.Errorf("%s passes", changed)
			}
		}
		if i > 0 && number[i] != number[i-1] {
			swapped := number[:i-1] + number[i:i+1] + number[i-1:i] + number[i+1:]
			if valid(swapped) {
				t.Errorf("%s passes", swapped)
			}
		}
	}
}

func TestPassportCountry(t *testing.T) {
	for typed, want := range map[string]string{
		"USA": "USA", "us": "USA", "DEU": "D", "DE": "D", "D": "D", "D<<": "D",
		"XKX": "RKS", "RKS": "RKS", "XK": "RKS", "GBR": "GBR", "UNO": "UNO", "XOM": "XOM",
	} {
		c, err := CheckDocument(healthcode.Document{Type: "PASSPORT", Number: "AB1234567", Country: typed}, today)
		if err != nil || c.Document.Country != want {
			t.Errorf("country %q: %q, %v, want %q", typed, c.Document.Country, err, want)
		}
	}
	for _, typed := range []string{"", "<", "XX", "XXX", "GBD", "ZZZ", "YUG", "美国"} {
		_, err := CheckDocument(healthcode.Document{Type: "PASSPORT", Number: "AB1234567", Country: typed}, today)
		if healthcode.CodeOf(err) != CodeDocumentCountry {
			t.Errorf("country %q: %v, want a refusal", typed, err)
		}
	}
}

func TestCountries(t *testing.T) {
	seen := map[string]bool{}
	iso := 0
	for _, c := range countries() {
		if !c.Name.Complete() || seen[c.Code] || c.Code == "" {
			t.Errorf("%+v: a name is missing or the code stands twice", c)
		}
		if seen[c.Code] = true; c.Alpha2 != "" {
			iso++
		}
	}
	if iso != 250 { // the 249 of ISO 3166-1, and Kosovo
		t.Errorf("%d countries, want 250", iso)
	}
	if n := len(PassportIssuers()); n != len(countries())-4 {
		t.Errorf("%d issuers of %d countries, want all but China, Hong Kong, Macao and Taiwan", n, len(countries()))
	}
}

func TestDocumentTexts(t *testing.T) {
	for _, typ := range healthcode.DocumentTypes {
		if !DocumentLabel(typ).Complete() || !DocumentHint(typ).Complete() {
			t.Errorf("%s: a label or hint is missing", typ)
		}
	}
}

func FuzzCheckDocument(f *testing.F) {
	for _, number := range []string{"11010519491231002X", "EA1234567", "H1234567801", "0561682001(D)", "USA110080010108", "911124198108030024", "×Ⅹ"} {
		for i := range healthcode.DocumentTypes {
			f.Add(i, number, "USA")
		}
	}
	f.Fuzz(func(t *testing.T, typ int, number, country string) {
		types := healthcode.DocumentTypes
		d := healthcode.Document{Type: types[(typ%len(types)+len(types))%len(types)], Number: number, Country: country}
		got, err := CheckDocument(d, today)
		if err != nil {
			if _, known := refusals[healthcode.CodeOf(err)]; !known {
				t.Fatalf("refused with the unknown code of %v", err)
			}
			return
		}
		if foreignAt(got.Document.Number) != 0 || got.Document.Number == "" {
			t.Errorf("normalised to %q", got.Document.Number)
		}
		if again, err := CheckDocument(got.Document, today); err != nil || again != got {
			t.Errorf("checked again: %+v, %v, want %+v", again, err, got)
		}
		if !got.Birth.IsZero() && (!got.Birth.Valid() || today.Before(got.Birth)) {
			t.Errorf("birth date %v", got.Birth)
		}
	})
}
