package travel

import (
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/identity"
)

// contentOf says which content a fact can be; "" for a fact that is none.
func contentOf(f *healthcode.Fact) healthcode.TravelContent {
	switch {
	case f.Kind == healthcode.KindVaccination:
		return healthcode.TravelVaccination
	case f.Kind == healthcode.KindTest && f.Analyte == "nucleic-acid":
		return healthcode.TravelNucleicAcid
	case f.Kind == healthcode.KindTest && f.Analyte == "igg":
		return healthcode.TravelIgG
	}
	return ""
}

// Offer is a fact that a certificate could say.
type Offer struct {
	Fact    healthcode.Fact
	Content ContentRule
	Until   time.Time       // from when on it no longer counts
	Why     healthcode.Text // why it can't be certified; empty where it can
}

// Ready reports whether it can be certified now.
func (o Offer) Ready() bool { return o.Why.ZH == "" }

// offer judges a fact; ok is false where it is none of the policy's contents.
func (p *Policy) offer(f healthcode.Fact, now time.Time) (o Offer, ok bool) {
	rule, ok := p.Content(contentOf(&f))
	if !ok {
		return o, false
	}
	o = Offer{Fact: f, Content: rule}
	vaccine := VaccineRule{}
	if rule.Content == healthcode.TravelVaccination {
		known := false
		if vaccine, known = p.Vaccine(f.Product); !known {
			o.Why = healthcode.Text{ZH: "疫苗“" + f.Product + "”没有国际通用的代码，不能写入证书。请向接种单位核对疫苗名称。",
				EN: "The vaccine " + f.Product + " has no code that other countries know. Ask the clinic about its name."}
		} else if vaccine.Format == "" && (f.Dose < 1 || f.Doses < 1) || vaccine.Format != "" && f.Lot == "" {
			o.Why = healthcode.Text{ZH: "接种记录不完整（缺剂次或批号）。请让接种单位补充。", EN: "The record lacks the dose or the lot. Ask the clinic to complete it."}
		}
	} else if !slices.Contains(rule.Results, f.Result) {
		o.Why = healthcode.Text{ZH: "这个结果不能写入证书。", EN: "This result can't be certified."}
	}
	o.Until = rule.Until(f.Time.In(now.Location()), vaccine.Days)
	switch {
	case f.Time.After(now):
		o.Why = healthcode.Text{ZH: "记录的时间晚于现在，不能使用。", EN: "Its time lies in the future."}
	case !now.Before(o.Until):
		o.Why = healthcode.Text{ZH: "已超过有效期，请重新检测或接种。", EN: "It counts no longer; take a new test or dose."}
	}
	return o, true
}

// usage is the content's key usage.
func usage(c healthcode.TravelContent) certificate.Usage {
	if c == healthcode.TravelVaccination {
		return certificate.UsageVaccination
	}
	return certificate.UsageTest
}

// holder is whose certificate it is.
type holder struct {
	name
	birth    identity.Date
	document healthcode.TravelDocument
}

// build makes the content of a certificate from a fact.
func (p *Policy) build(o Offer, h holder, identifier string, issued time.Time) certificate.Content {
	f := &o.Fact
	at := f.Time.In(issued.Location())
	vaccine, _ := p.Vaccine(f.Product)
	if o.Content.Content == healthcode.TravelVaccination && vaccine.Format == "icvp" {
		return certificate.ICVP{Name: h.latin(), BirthDate: h.birth.String(), Sex: sexWord(h.document.Sex), Nationality: p.Issuer.Country3,
			Document: h.document.Number, DocumentType: "PPN", Version: "1", Issued: issued.Format(time.DateOnly),
			Vaccine: certificate.ICVPVaccine{Product: vaccine.Product, Date: at.Format(time.DateOnly), Authority: p.Issuer.Country, Batch: f.Lot}}
	}
	result := certificate.Detected
	if f.Result == "negative" {
		result = certificate.NotDetected
	}
	if o.Content.Format == certificate.FormatDDCCTR {
		return certificate.DDCCTest{Name: h.latin(), BirthDate: h.birth.String(), Identifier: h.document.Number,
			Test: certificate.DDCCTestResult{Pathogen: o.Content.Pathogen, Type: o.Content.Type, Date: at.Format(time.RFC3339), Result: &result,
				Centre: centre(f), Country: certificate.Coding{System: certificate.ISO3166, Code: p.Issuer.Country3}},
			Meta: certificate.DDCCMeta{Issuer: certificate.DDCCIdentified{Identifier: certificate.DDCCIdentifier{Value: p.Issuer.Name}},
				HCID: certificate.DDCCIdentifier{Value: identifier}, Version: "RC2",
				Period: &certificate.DDCCPeriod{Start: at.Format(time.RFC3339), End: o.Until.Format(time.RFC3339)}}}
	}
	c := certificate.DCC{Name: certificate.DCCName{Surname: h.surname, SurnameMachine: h.machineSurname, Forename: h.given, ForenameMachine: h.machineG},
		BirthDate: h.birth.String()}
	if o.Content.Content == healthcode.TravelVaccination {
		c.Vaccination = []certificate.DCCVaccination{{Disease: o.Content.Disease, Vaccine: vaccine.Vaccine, Product: vaccine.Product, Maker: vaccine.Maker,
			Dose: f.Dose, Doses: f.Doses, Date: at.Format(time.DateOnly), Country: p.Issuer.Country, Issuer: p.Issuer.Name, UVCI: identifier}}
		return c
	}
	c.Test = []certificate.DCCTest{{Disease: o.Content.Disease, Type: o.Content.Type.Code, Name: short(o.Content.Type.Display), Collected: at.Format(time.RFC3339),
		Result: result.Code, Centre: short(place(f)), Country: p.Issuer.Country, Issuer: p.Issuer.Name, UVCI: identifier}}
	return c
}

// place is the laboratory, or whoever sent the fact.
func place(f *healthcode.Fact) string {
	if f.Lab != "" {
		return f.Lab
	}
	return f.Source
}

func centre(f *healthcode.Fact) *certificate.Coding {
	return &certificate.Coding{System: "urn:healthcode:source", Code: f.Source, Display: short(place(f))}
}

// short cuts a text to the 80 characters that certificates hold.
func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80])
	}
	return s
}

// latin is the name as the zone has it, with spaces.
func (n name) latin() string {
	return strings.TrimSpace(strings.ReplaceAll(n.machineSurname+" "+n.machineG, "<", " "))
}

// sexWord is FHIR's administrative gender.
func sexWord(sex string) string {
	switch sex {
	case "M":
		return "male"
	case "F":
		return "female"
	}
	return "unknown"
}
