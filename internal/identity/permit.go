package identity

import (
	"regexp"
	"strings"

	"healthcode"
)

// chinesePassports are the forms of Chinese passport numbers in use since 2007,
// and that of the travel document which stands in for a passport. The letters I
// and O aren't used in second place.
var chinesePassports = []struct {
	form *regexp.Regexp
	kind Kind
}{
	{regexp.MustCompile(`^E([0-9]|[A-HJ-NP-Z])[0-9]{7}$`), KindOrdinary},
	{regexp.MustCompile(`^G[0-9]{8}$`), KindOrdinary}, // without a chip; issued until 2012
	{regexp.MustCompile(`^D([0-9]|E)?[0-9]{7}$`), KindDiplomatic},
	{regexp.MustCompile(`^S([0-9]|E)?[0-9]{7}$`), KindService},
	{regexp.MustCompile(`^P([0-9]|E)?[0-9]{7}$`), KindOfficialOrdinary},
	{regexp.MustCompile(`^T[0-9]{8}$`), KindTravelDocument},
}

func checkChinesePassport(number string, _ Date) (Checked, *healthcode.Error) {
	number = strings.ReplaceAll(number, ".", "") // older numbers are printed as P.1234567
	if err := shape(healthcode.DocumentChinesePassport, number, 8, 9); err != nil {
		return Checked{}, err
	}
	for _, p := range chinesePassports {
		if p.form.MatchString(number) {
			return Checked{Document: healthcode.Document{Number: number}, Kind: p.kind}, nil
		}
	}
	hint := DocumentHint(healthcode.DocumentChinesePassport)
	return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
}

// homeReturn checks a mainland travel permit whose numbers begin with letter.
// The letter and 8 digits are the holder's for life; on cards before 2013 two
// digits follow that count the cards, and they are dropped, so that a renewed
// card is the same document. Since 2024 permanent residents of other
// nationality hold one with A in second place.
func homeReturn(letter byte) func(string, Date) (Checked, *healthcode.Error) {
	t := healthcode.DocumentHomeReturnHK
	if letter == 'M' {
		t = healthcode.DocumentHomeReturnMO
	}
	return func(number string, _ Date) (Checked, *healthcode.Error) {
		number = dropBrackets(number)
		if len(number) == 8 && isDigits(number) || len(number) == 10 && isDigits(number) {
			return Checked{}, refuse(CodeDocumentPermitLetter, fieldNumber, string(letter))
		}
		if err := shape(t, number, 9, 11); err != nil {
			return Checked{}, err
		}
		switch {
		case number[0] == letter && isDigits(number[1:]):
			return Checked{Document: healthcode.Document{Number: number[:9]}, Kind: KindHomeReturn}, nil
		case len(number) == 9 && number[0] == letter && number[1] == 'A' && isDigits(number[2:]):
			return Checked{Document: healthcode.Document{Number: number}, Kind: KindHomeReturnOther}, nil
		}
		hint := DocumentHint(t)
		return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
	}
}

var taiwanPermit = regexp.MustCompile(`^([0-9]{8})([0-9]{2}([A-Z]|\([A-Z0-9]\))?)?$`)

// checkTaiwanPermit checks a mainland travel permit for Taiwan residents: 8
// digits that are the holder's for life. On permits before 25 September 2008 two
// digits follow that count the permits, then the issuing office's letter or
// digit in brackets; both are dropped.
func checkTaiwanPermit(number string, _ Date) (Checked, *healthcode.Error) {
	m := taiwanPermit.FindStringSubmatch(number)
	if m == nil {
		if err := shape(healthcode.DocumentTaiwanPermit, dropBrackets(number), 8, 10, 11); err != nil {
			return Checked{}, err
		}
		hint := DocumentHint(healthcode.DocumentTaiwanPermit)
		return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
	}
	return Checked{Document: healthcode.Document{Number: m[1]}, Kind: KindTaiwan}, nil
}

func dropBrackets(number string) string {
	return strings.NewReplacer("(", "", ")", "").Replace(number)
}
