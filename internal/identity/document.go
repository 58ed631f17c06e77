package identity

import (
	"strings"
	"unicode/utf8"

	"healthcode"
)

// Kind says which document of its type a number belongs to.
type Kind string

// The kinds.
const (
	KindResidentID       Kind = "resident-id"
	KindResidenceHK      Kind = "residence-permit-hk"
	KindResidenceMO      Kind = "residence-permit-mo"
	KindResidenceTW      Kind = "residence-permit-tw"
	KindOrdinary         Kind = "passport-ordinary"
	KindDiplomatic       Kind = "passport-diplomatic"
	KindService          Kind = "passport-service"
	KindOfficialOrdinary Kind = "passport-official-ordinary"
	KindTravelDocument   Kind = "travel-document"
	KindForeign          Kind = "passport-foreign"
	KindHomeReturn       Kind = "home-return"
	KindHomeReturnOther  Kind = "home-return-non-chinese" // of permanent residents of other nationality
	KindTaiwan           Kind = "taiwan-permit"
	KindPermanent        Kind = "permanent-resident"      // 18 characters, from December 2023
	KindPermanentOld     Kind = "permanent-resident-2017" // 3 letters and 12 digits
)

// Checked is a document whose number keeps the rules of its type.
type Checked struct {
	// Document is as it is stored, compared and looked up: two ways to write one
	// document give the same value. A foreign passport is the same only if Country is.
	Document healthcode.Document
	Kind     Kind
	// Birth is the birth date that the number states; zero where it states none.
	// The digit that tells the sex is never read.
	Birth Date
}

// documentRule is what is known of one document type.
type documentRule struct {
	label, hint healthcode.Text
	check       func(number string, today Date) (Checked, *healthcode.Error)
}

// rulesOf gives the rule of each type. It is a function because the rules point at one another's types.
func rulesOf(t healthcode.DocumentType) (documentRule, bool) {
	switch t {
	case healthcode.DocumentID:
		return documentRule{
			healthcode.Text{ZH: "居民身份证（含港澳台居民居住证）", EN: "Resident identity card (or residence permit for Hong Kong, Macao and Taiwan residents)"},
			healthcode.Text{ZH: "18 位，末位可能是 X", EN: "18 characters; the last one may be X"},
			checkID}, true
	case healthcode.DocumentChinesePassport:
		return documentRule{
			healthcode.Text{ZH: "中国护照或旅行证", EN: "Chinese passport or travel document"},
			healthcode.Text{ZH: "字母开头,共 8 或 9 位,例如 E、EA、G、DE、SE、PE、T 开头", EN: "8 or 9 characters that begin with a letter, such as E, EA, G, DE, SE, PE or T"},
			checkChinesePassport}, true
	case healthcode.DocumentPassport:
		return documentRule{
			healthcode.Text{ZH: "外国护照", EN: "Passport of another country"},
			healthcode.Text{ZH: "照片页右上角的号码，并选择签发国", EN: "The number at the top right of the photo page; choose the issuing country too"},
			checkForeignPassport}, true
	case healthcode.DocumentHomeReturnHK:
		return documentRule{
			healthcode.Text{ZH: "港澳居民来往内地通行证（香港）", EN: "Mainland Travel Permit for Hong Kong residents"},
			healthcode.Text{ZH: "H 加 8 位数字；旧证后面的 2 位换证次数可填可不填", EN: "H and 8 digits; the 2 digits that follow on older cards may be left out"},
			homeReturn('H')}, true
	case healthcode.DocumentHomeReturnMO:
		return documentRule{
			healthcode.Text{ZH: "港澳居民来往内地通行证（澳门）", EN: "Mainland Travel Permit for Macao residents"},
			healthcode.Text{ZH: "M 加 8 位数字；旧证后面的 2 位换证次数可填可不填", EN: "M and 8 digits; the 2 digits that follow on older cards may be left out"},
			homeReturn('M')}, true
	case healthcode.DocumentTaiwanPermit:
		return documentRule{
			healthcode.Text{ZH: "台湾居民来往大陆通行证", EN: "Mainland Travel Permit for Taiwan residents"},
			healthcode.Text{ZH: "8 位数字；旧证为 10 位数字，括号内的字母可填可不填", EN: "8 digits; 10 digits on older permits, whose letter in brackets may be left out"},
			checkTaiwanPermit}, true
	case healthcode.DocumentPermanent:
		return documentRule{
			healthcode.Text{ZH: "外国人永久居留身份证", EN: "Foreign permanent resident ID card"},
			healthcode.Text{ZH: "9 开头的 18 位号码；旧证为 3 个字母加 12 位数字", EN: "18 characters that begin with 9; on older cards 3 letters and 12 digits"},
			checkPermanent}, true
	}
	return documentRule{}, false
}

// DocumentLabel returns the name of a document type, for a form.
func DocumentLabel(t healthcode.DocumentType) healthcode.Text {
	r, _ := rulesOf(t)
	return r.label
}

// DocumentHint says what a number of the type looks like, for a form.
func DocumentHint(t healthcode.DocumentType) healthcode.Text {
	r, _ := rulesOf(t)
	return r.hint
}

// CheckDocument normalises a document as a person typed it and checks its
// number by the rules of its type. Today is the day on which a birth date in
// the number must not lie ahead.
//
// Country counts for a foreign passport only; for any other type it is dropped.
// The error is a [healthcode.Error] whose Field is document.type,
// document.number or document.country.
func CheckDocument(d healthcode.Document, today Date) (Checked, error) {
	rule, ok := rulesOf(d.Type)
	if !ok {
		return Checked{}, refuse(CodeDocumentType, fieldType)
	}
	if len(d.Number) > maxTyped {
		return Checked{}, refuse(CodeDocumentLength, fieldNumber, rule.hint.ZH, rule.hint.EN)
	}
	number := normaliseNumber(d.Number)
	if number == "" {
		return Checked{}, refuse(CodeDocumentEmpty, fieldNumber)
	}
	c, err := rule.check(number, today)
	if err != nil {
		if other, ok := otherType(d.Type, number, today); ok && err.Code != CodeDocumentOldID {
			label := DocumentLabel(other)
			return Checked{}, refuse(CodeDocumentOtherType, fieldType, label.ZH, label.EN)
		}
		return Checked{}, err
	}
	c.Document.Type = d.Type
	if d.Type == healthcode.DocumentPassport {
		if c.Document.Country, err = issuer(d.Country); err != nil {
			return Checked{}, err
		}
	}
	return c, nil
}

// otherType finds the type, other than t, whose number this is beyond doubt:
// one with letters in known places or with a check digit.
func otherType(t healthcode.DocumentType, number string, today Date) (healthcode.DocumentType, bool) {
	for _, other := range healthcode.DocumentTypes {
		if other == t || other == healthcode.DocumentPassport || other == healthcode.DocumentTaiwanPermit {
			continue
		}
		rule, _ := rulesOf(other)
		if _, err := rule.check(number, today); err == nil {
			return other, true
		}
	}
	return "", false
}

// shape refuses a number with a character that no document number has, and one
// that is too short or too long.
func shape(t healthcode.DocumentType, number string, lengths ...int) *healthcode.Error {
	if at := foreignAt(number); at > 0 {
		return refuse(CodeDocumentCharacters, fieldNumber, at)
	}
	for _, n := range lengths {
		if len(number) == n {
			return nil
		}
	}
	hint := DocumentHint(t)
	return refuse(CodeDocumentLength, fieldNumber, hint.ZH, hint.EN)
}

// checkID checks a resident identity card's number (GB 11643-1999), or that of
// a residence permit, which has the same form under 810000, 820000 or 830000.
func checkID(number string, today Date) (Checked, *healthcode.Error) {
	number = strings.ReplaceAll(number, "×", "X") // what some keyboards offer for the last character
	if err := shape(healthcode.DocumentID, number, 15, 18); err != nil {
		return Checked{}, err
	}
	if len(number) == 15 && isDigits(number) {
		return Checked{}, refuse(CodeDocumentOldID, fieldNumber)
	}
	if !digits18(number) {
		hint := DocumentHint(healthcode.DocumentID)
		return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
	}
	kind, ok := KindResidentID, isProvince(number[:2])
	switch number[:2] {
	case "81":
		kind, ok = KindResidenceHK, number[2:6] == "0000"
	case "82":
		kind, ok = KindResidenceMO, number[2:6] == "0000"
	case "83":
		kind, ok = KindResidenceTW, number[2:6] == "0000"
	}
	if !ok {
		return Checked{}, refuse(CodeDocumentArea, fieldNumber)
	}
	return checked18(number, kind, today)
}

// checked18 checks the parts that all 18-character numbers share.
func checked18(number string, kind Kind, today Date) (Checked, *healthcode.Error) {
	birth, ok := birth8(number[6:14], today)
	if !ok {
		return Checked{}, refuse(CodeDocumentBirth, fieldNumber, 7, 14)
	}
	if checkCharacter(number[:17]) != number[17] {
		return Checked{}, refuse(CodeDocumentCheckDigit, fieldNumber)
	}
	return Checked{Document: healthcode.Document{Number: number}, Kind: kind, Birth: birth}, nil
}

// checkPermanent checks a foreign permanent resident's card. The number of the
// 2023 card is 9, 2 digits of the province of application, 3 of the nationality
// (ISO 3166-1 numeric), birth date, 3 of order and a check character as in GB
// 11643. The one before is the nationality's 3 letters, 4 digits of the place,
// YYMMDD, 1 of order and a check digit as in ICAO 9303. The nationality isn't
// checked: a card outlives its country's code.
func checkPermanent(number string, today Date) (Checked, *healthcode.Error) {
	if err := shape(healthcode.DocumentPermanent, number, 15, 18); err != nil {
		return Checked{}, err
	}
	switch {
	case digits18(number) && number[0] == '9':
		if !isProvince(number[1:3]) {
			return Checked{}, refuse(CodeDocumentArea, fieldNumber)
		}
		return checked18(number, KindPermanent, today)
	case len(number) == 15 && isLetters(number[:3]) && isDigits(number[3:]):
		if !isProvince(number[3:5]) {
			return Checked{}, refuse(CodeDocumentArea, fieldNumber)
		}
		birth, ok := birth6(number[7:13], today)
		if !ok {
			return Checked{}, refuse(CodeDocumentBirth, fieldNumber, 8, 13)
		}
		if checkDigit(number[:14]) != number[14] {
			return Checked{}, refuse(CodeDocumentCheckDigit, fieldNumber)
		}
		return Checked{Document: healthcode.Document{Number: number}, Kind: KindPermanentOld, Birth: birth}, nil
	}
	hint := DocumentHint(healthcode.DocumentPermanent)
	return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
}

// checkForeignPassport checks what all passports share: letters and digits, at
// least one digit, and a length that a passport can have. The zone that machines
// read has room for 9 (ICAO 9303-4); some states print longer numbers.
func checkForeignPassport(number string, _ Date) (Checked, *healthcode.Error) {
	if at := foreignAt(number); at > 0 {
		return Checked{}, refuse(CodeDocumentCharacters, fieldNumber, at)
	}
	if n := utf8.RuneCountInString(number); n < 5 || n > 20 || !strings.ContainsAny(number, "0123456789") {
		hint := DocumentHint(healthcode.DocumentPassport)
		return Checked{}, refuse(CodeDocumentForm, fieldNumber, hint.ZH, hint.EN)
	}
	return Checked{Document: healthcode.Document{Number: number}, Kind: KindForeign}, nil
}
