package boarding

import (
	"strings"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/certificatecmd"
	"healthcode/internal/identity"
)

// Reading is what a machine made of a paper.
type Reading struct {
	Format  certificate.Format `json:"format,omitempty"` // "" where no certificate is on the paper
	Stage   certificate.Stage  `json:"stage,omitempty"`  // the check that failed; "" = genuine
	Country string             `json:"country,omitempty"`
	Signer  string             `json:"signer,omitempty"`
	// Differs names what isn't the traveller's: name, birth, document.
	Differs []string `json:"differs,omitempty"`
}

// Genuine reports whether the paper is signed by somebody trusted and about the traveller.
func (r Reading) Genuine() bool { return r.Format != "" && r.Stage == "" && len(r.Differs) == 0 }

// holder is who a certificate is about.
type holder struct{ surname, given, zone, birth, document string }

// reader turns certificates into evidence.
type reader struct {
	codes    *Codes
	verifier certificate.Verifier
}

// read looks for a certificate in a file, verifies it, and compares its holder with the traveller.
func (r *reader) read(data []byte, who healthcode.Person, at time.Time) (Reading, []Evidence) {
	text, err := certificatecmd.Text(data)
	if err != nil {
		return Reading{}, nil
	}
	result := r.verifier.Verify(text, at)
	d := result.Document
	if d == nil || d.Format == certificate.FormatStatement || d.Format == certificate.FormatHealthLink {
		return Reading{}, nil
	}
	reading := Reading{Format: d.Format, Stage: result.Stage(), Country: result.Report().Issuer.Country}
	if result.Signer != nil {
		reading.Signer = result.Signer.Subject
	}
	h, evidence := r.evidence(d)
	reading.Differs = h.differs(who)
	return reading, evidence
}

// differs compares the holder of a certificate with a traveller.
func (h *holder) differs(who healthcode.Person) []string {
	var all []string
	zone := h.zone
	if strings.Trim(zone, "<") == "" {
		zone, _ = identity.MRZName(h.surname, h.given)
	}
	if match := identity.SameName(who.Name, zone); match != identity.NameSame && match != identity.NameShortened {
		all = append(all, "name")
	}
	if len(h.birth) < len(time.DateOnly) || h.birth[:len(time.DateOnly)] != who.Birth.Format(time.DateOnly) {
		all = append(all, "birth")
	}
	if number := plainNumber(h.document); number != "" && number != plainNumber(passport(who).Number) {
		all = append(all, "document")
	}
	return all
}

// plainNumber leaves letters and digits, as two writings of one number may differ by spaces.
func plainNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(number))
}

// passport is the person's last foreign passport.
func passport(p healthcode.Person) healthcode.Document {
	for i := len(p.Documents) - 1; i >= 0; i-- {
		if p.Documents[i].Type == healthcode.DocumentPassport {
			return p.Documents[i].Document
		}
	}
	return healthcode.Document{}
}

func (r *reader) evidence(d *certificate.Document) (holder, []Evidence) {
	switch d.Format {
	case certificate.FormatDCC:
		return r.dcc(d)
	case certificate.FormatDDCCTR, certificate.FormatDDCCVS:
		return r.ddcc(d)
	case certificate.FormatVDSNC:
		return r.seal(d)
	case certificate.FormatSMART:
		return r.smart(d)
	}
	return holder{}, nil
}

func (r *reader) dcc(d *certificate.Document) (holder, []Evidence) {
	c, err := d.DCC()
	if err != nil {
		return holder{}, nil
	}
	h := holder{surname: c.Name.Surname, given: c.Name.Forename, birth: c.BirthDate}
	if c.Name.SurnameMachine != "" || c.Name.ForenameMachine != "" {
		h.zone = c.Name.SurnameMachine + "<<" + c.Name.ForenameMachine
	}
	var all []Evidence
	for _, t := range c.Test {
		all = append(all, Evidence{Kind: KindTest, Target: r.codes.Targets[t.Disease], Analyte: r.codes.Analytes[t.Type], Result: r.codes.Results[t.Result],
			Time: sampled(t.Collected), Lab: t.Centre})
	}
	for _, v := range c.Vaccination {
		all = append(all, Evidence{Kind: KindVaccination, Target: r.codes.Targets[v.Disease], Product: r.product(v.Product), Day: day(v.Date), Dose: v.Dose, Doses: v.Doses})
	}
	for _, v := range c.Recovery {
		all = append(all, Evidence{Kind: KindRecovery, Target: r.codes.Targets[v.Disease], Day: day(v.FirstPositive)})
	}
	return h, all
}

func (r *reader) ddcc(d *certificate.Document) (holder, []Evidence) {
	if c, err := d.DDCCTest(); err == nil {
		e := Evidence{Kind: KindTest, Target: r.codes.Targets[c.Test.Pathogen.Code], Analyte: r.codes.Analytes[c.Test.Type.Code], Time: sampled(c.Test.Date)}
		if c.Test.Result != nil {
			e.Result = r.codes.Results[c.Test.Result.Code]
		}
		if c.Test.Centre != nil {
			e.Lab = firstOf(c.Test.Centre.Display, c.Test.Centre.Code)
		}
		return holder{surname: c.Name, birth: c.BirthDate, document: c.Identifier}, []Evidence{e}
	}
	c, err := d.DDCCVaccination()
	if err != nil {
		return holder{}, nil
	}
	e := Evidence{Kind: KindVaccination, Target: r.codes.Targets[c.Dose.Vaccine.Code], Product: r.product(firstOf(c.Dose.Brand.Code, c.Dose.Vaccine.Code)),
		Day: day(c.Dose.Date), Dose: c.Dose.Dose, Doses: c.Dose.Doses}
	if c.Dose.Disease != nil {
		e.Target = r.codes.Targets[c.Dose.Disease.Code]
	}
	return holder{surname: c.Name, birth: c.BirthDate, document: c.Identifier}, []Evidence{r.course(e)}
}

func (r *reader) seal(d *certificate.Document) (holder, []Evidence) {
	data, _ := d.Content.(map[string]any)
	header, msg := object(data, "hdr"), object(data, "msg")
	pid := object(msg, "pid")
	h := holder{surname: strings.ReplaceAll(text(pid, "n"), "<", " "), birth: text(pid, "dob"), document: text(pid, "dn")}
	if text(header, "t") == "icao.test" {
		tr := object(msg, "tr")
		return h, []Evidence{{Kind: KindTest, Target: r.codes.Targets["icao.test"], Analyte: r.codes.Analytes[text(tr, "tc")], Result: r.codes.Results[strings.ToLower(text(tr, "r"))],
			Time: sampled(text(object(msg, "dat"), "sc")), Lab: text(object(msg, "sp"), "n")}}
	}
	var all []Evidence
	for _, event := range objects(msg, "ve") {
		disease, _, _ := strings.Cut(text(event, "dis"), ".")
		e := Evidence{Kind: KindVaccination, Target: r.codes.Targets[firstOf(disease, text(event, "des"))], Product: r.product(firstOf(text(event, "nam"), text(event, "des")))}
		for _, dose := range objects(event, "vd") {
			if at := day(text(dose, "dvc")); e.Day.Before(at) {
				e.Day = at
			}
			e.Dose++
		}
		all = append(all, r.course(e))
	}
	return h, all
}

func (r *reader) smart(d *certificate.Document) (holder, []Evidence) {
	var h holder
	for _, patient := range d.SMARTResources("Patient") {
		h.birth = text(patient, "birthDate")
		if names := objects(patient, "name"); len(names) > 0 {
			h.surname = text(names[0], "family")
			given, _ := names[0]["given"].([]any)
			for _, g := range given {
				part, _ := g.(string)
				h.given = strings.TrimSpace(h.given + " " + part)
			}
		}
	}
	courses := map[string]*Evidence{}
	var order []*Evidence
	for _, shot := range d.SMARTResources("Immunization") {
		code := firstCode(shot, "vaccineCode")
		e := courses[code]
		if e == nil {
			e = &Evidence{Kind: KindVaccination, Target: r.codes.Targets[code], Product: r.product(code)}
			courses[code], order = e, append(order, e)
		}
		if text(shot, "status") != "completed" {
			continue
		}
		if e.Dose++; e.Day.Before(day(text(shot, "occurrenceDateTime"))) {
			e.Day = day(text(shot, "occurrenceDateTime"))
		}
	}
	var all []Evidence
	for _, e := range order {
		all = append(all, r.course(*e))
	}
	for _, seen := range d.SMARTResources("Observation") {
		if status := text(seen, "status"); status != "final" && status != "amended" && status != "corrected" {
			continue
		}
		code := firstCode(seen, "code")
		e := Evidence{Kind: KindTest, Target: r.codes.Targets[code], Analyte: r.codes.Analytes[code], Result: r.codes.Results[firstCode(seen, "valueCodeableConcept")],
			Time: sampled(text(seen, "effectiveDateTime"))}
		if by := objects(seen, "performer"); len(by) > 0 {
			e.Lab = text(by[0], "display")
		}
		all = append(all, e)
	}
	return h, all
}

// course adds how many doses a product needs, where the certificate doesn't say.
func (r *reader) course(e Evidence) Evidence {
	if e.Doses == 0 {
		e.Doses = r.codes.Courses[e.Product]
	}
	return e
}

func (r *reader) product(code string) string { return firstOf(r.codes.Products[code], code) }

// sampled reads an instant. Without an offset it is no instant, and a person has to look.
func sampled(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// day reads a date, or the date of a time.
func day(s string) identity.Date {
	d, _ := identity.ParseDate(s[:min(len(s), len(time.DateOnly))])
	return d
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func object(m map[string]any, name string) map[string]any {
	o, _ := m[name].(map[string]any)
	return o
}

func objects(m map[string]any, name string) []map[string]any {
	list, _ := m[name].([]any)
	var all []map[string]any
	for _, item := range list {
		if o, ok := item.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

func text(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

// firstCode is the first code of a FHIR CodeableConcept.
func firstCode(m map[string]any, name string) string {
	if codings := objects(object(m, name), "coding"); len(codings) > 0 {
		return text(codings[0], "code")
	}
	return ""
}
