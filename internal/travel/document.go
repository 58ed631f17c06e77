package travel

import (
	"errors"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/identity"
)

// kinds are the travel documents, each with the kind of its numbers.
var kinds = map[string]identity.Kind{
	"ordinary":          identity.KindOrdinary,
	"diplomatic":        identity.KindDiplomatic,
	"service":           identity.KindService,
	"official-ordinary": identity.KindOfficialOrdinary,
	"travel-document":   identity.KindTravelDocument,
}

// Document is a travel document as its holder enters it. Number and Expires may be left out: the machine-readable zone has
// them; what is entered must be the same.
type Document struct {
	Kind    string
	Number  string
	Expires string // YYYY-MM-DD
	MRZ     string // both lines
	Latin   string // the name as the photo page prints it in Latin letters; asked for where the registered name can't be compared
}

// Codes of what is wrong with a travel document, beside those of package identity.
const (
	CodeKind     healthcode.Code = "travel_document_kind"    // not one of the five, or the number or the zone is another kind's
	CodeExpired  healthcode.Code = "travel_document_expired" // or its expiry can't be read
	CodeNotOwn   healthcode.Code = "travel_document_not_own" // somebody else registered with it
	CodeLatin    healthcode.Code = "travel_name_latin"       // the name in Latin letters is needed
	CodeEligible healthcode.Code = "travel_not_eligible"     // who asks can't have one; the text says what they can do
)

func differs(field, zh, en string) error {
	return healthcode.Errorf(identity.CodeMRZDiffers, field, "“"+zh+"”与护照机读区不一致。请对照照片页改正。",
		"The %s differs from the passport's machine readable zone. Correct it as on the photo page.", en)
}

// checkDocument compares a travel document's zone with what its holder entered and with their registration, and returns
// what certificates need of it. The error joins one for each field that is wrong.
func (p *Policy) checkDocument(d Document, person *healthcode.Person, now time.Time) (healthcode.TravelDocument, name, error) {
	rule, ok := p.Document(d.Kind)
	if !ok {
		return healthcode.TravelDocument{}, name{}, healthcode.Errorf(CodeKind, "kind", "请从列表中选择旅行证件的种类。", "Choose the kind of travel document from the list.")
	}
	today := identity.DateOf(now)
	var faults []error
	m, err := identity.ParseMRZ(d.MRZ, today)
	if err != nil {
		return healthcode.TravelDocument{}, name{}, err
	}
	fault := func(err error) { faults = append(faults, err) }
	if m.Issuer != p.Issuer.Country3 || m.Nationality != p.Issuer.Country3 || !slices.Contains(rule.MRZ, m.Code) {
		fault(healthcode.Errorf(CodeKind, "mrz", "机读区不是所选证件（"+rule.Name.ZH+"）的：第一行应以 "+strings.Join(rule.MRZ, " 或 ")+" 开头，签发国和国籍应为 "+p.Issuer.Country3+"。请检查种类，或重新照照片页输入。",
			"The zone isn't that of the chosen document (%s): its first line begins with %s, and issuer and nationality are %s. Check the kind, or type the lines again.",
			rule.Name.EN, strings.Join(rule.MRZ, " or "), p.Issuer.Country3))
	}
	number := d.Number
	if strings.TrimSpace(number) == "" {
		number = m.Number
	}
	checked, err := identity.CheckDocument(healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: number}, today)
	switch {
	case err != nil:
		fault(inField(err, "number"))
	case checked.Kind != kinds[d.Kind]:
		fault(healthcode.Errorf(CodeKind, "number", "这个号码不是“"+rule.Name.ZH+"”的号码。请检查所选种类，或对照证件改正号码。",
			"This isn't the number of the chosen kind (%s). Check the kind, or correct the number as on the document.", rule.Name.EN))
	case checked.Document.Number != m.Number:
		fault(differs("number", "证件号码", "document number"))
	}
	faults = append(faults, p.expiry(d, m, today)...)
	owner := identity.Date{}
	sex := ""
	if id, ok := ownID(p, person, today); ok {
		owner = id.Birth
		sex = "F"
		if (id.Document.Number[16]-'0')%2 == 1 {
			sex = "M"
		}
	}
	if m.Birth.IsZero() || m.Birth != owner {
		fault(differs("birth", "出生日期", "birth date"))
	}
	if m.Sex != "" && m.Sex != sex {
		fault(differs("sex", "性别", "sex"))
	}
	n, needed, same := matchName(person.Name, d.Latin, m)
	switch {
	case needed:
		fault(healthcode.Errorf(CodeLatin, "latin", "请填写证件照片页上的拉丁字母姓名：您登记的姓名无法自动与机读区比较。",
			"Write the name in Latin letters as on the photo page: the name that you registered can't be compared with the zone by itself."))
	case !same:
		fault(differs("name", "姓名", "name"))
	}
	return healthcode.TravelDocument{Kind: d.Kind, Number: m.Number, Surname: n.machineSurname, Given: n.machineG, Sex: m.Sex,
		Expires: m.Expiry.In(time.UTC)}, n, errors.Join(faults...)
}

// expiry compares the day that was entered, and refuses a document that has expired.
func (p *Policy) expiry(d Document, m identity.MRZ, today identity.Date) (faults []error) {
	if text := strings.TrimSpace(d.Expires); text != "" {
		day, err := identity.ParseDate(text)
		if err != nil || !day.Valid() {
			return []error{healthcode.Errorf(CodeExpired, "expires", "有效期应为年-月-日，例如 2030-05-17。", "The date of expiry must be a day such as 2030-05-17.")}
		}
		if day != m.Expiry {
			return []error{differs("expires", "有效期", "date of expiry")}
		}
	}
	if m.Expiry.IsZero() || m.Expiry.Before(today) {
		return []error{healthcode.Errorf(CodeExpired, "expires", "这本旅行证件已经过期。请先换发，再用新证件申请。",
			"This travel document has expired. Renew it first, and ask with the new one.")}
	}
	return nil
}

// inField gives an error of a document's check the field of the travel form.
func inField(err error, field string) error {
	var e *healthcode.Error
	if errors.As(err, &e) {
		moved := *e
		moved.Field = field
		return &moved
	}
	return err
}

// ownID returns the identity document by which a person may have a certificate.
func ownID(p *Policy, person *healthcode.Person, today identity.Date) (identity.Checked, bool) {
	for _, d := range slices.Backward(person.Documents) {
		checked, err := identity.CheckDocument(d.Document, today)
		if err == nil && slices.Contains(p.Who.Documents, checked.Kind) {
			return checked, true
		}
	}
	return identity.Checked{}, false
}

// eligible refuses those who can't have a certificate, and says what they can do.
func (p *Policy) eligible(person *healthcode.Person, today identity.Date) error {
	if _, ok := ownID(p, person, today); !ok {
		return healthcode.Errorf(CodeEligible, "document", "国际旅行健康证明目前只向持有中国内地居民身份证的人签发。其他人士请先查看中国驻当地使领馆的最新通知，再通过健康码国际版提交检测证明等材料，申请健康状况声明。",
			"The travel health certificate is issued to holders of a mainland resident identity card only. Others first read the latest notice of the local Chinese embassy or consulate, then submit test certificates and papers through the international version, and apply for a health statement.")
	}
	if p.Who.Identity == "checked" && person.Identity != healthcode.IdentityChecked {
		return healthcode.Errorf(CodeEligible, "identity", "您的身份还没有核对。请先在“我的账户”上传证件照片，核对通过后再申请。",
			"Your identity hasn't been compared yet. Upload a photograph of your document under “My account” first, and ask again once it is checked.")
	}
	return nil
}
