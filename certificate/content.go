package certificate

import (
	"encoding/json"
	"fmt"
)

// Content is what can be issued: DCC, ICVP, DDCCTest, DDCCVaccination or HealthLinkContent.
type Content interface {
	// subClaim gives the label under the health claim, the format it makes, and the value to encode.
	subClaim() (label int64, format Format, value any)
}

// DCC is an EU Digital COVID Certificate, schema 1.3.0. Set exactly one of Vaccination, Test and Recovery.
type DCC struct {
	Version     string           `json:"ver" cbor:"ver"` // empty: DCCVersion
	Name        DCCName          `json:"nam" cbor:"nam"`
	BirthDate   string           `json:"dob" cbor:"dob"` // YYYY, YYYY-MM, YYYY-MM-DD or empty
	Vaccination []DCCVaccination `json:"v,omitempty" cbor:"v,omitempty"`
	Test        []DCCTest        `json:"t,omitempty" cbor:"t,omitempty"`
	Recovery    []DCCRecovery    `json:"r,omitempty" cbor:"r,omitempty"`
}

// DCCVersion is the schema version that is issued.
const DCCVersion = "1.3.0"

// DCCName is a name as written, and as the machine-readable zone of a passport has it (ICAO 9303).
type DCCName struct {
	Surname         string `json:"fn,omitempty" cbor:"fn,omitempty"`
	SurnameMachine  string `json:"fnt,omitempty" cbor:"fnt,omitempty"` // A-Z and <
	Forename        string `json:"gn,omitempty" cbor:"gn,omitempty"`
	ForenameMachine string `json:"gnt,omitempty" cbor:"gnt,omitempty"` // A-Z and <
}

// DCCVaccination is one dose. Codes are of the eHealth Network's value sets.
type DCCVaccination struct {
	Disease string `json:"tg" cbor:"tg"` // SNOMED CT
	Vaccine string `json:"vp" cbor:"vp"`
	Product string `json:"mp" cbor:"mp"`
	Maker   string `json:"ma" cbor:"ma"`
	Dose    int    `json:"dn" cbor:"dn"`
	Doses   int    `json:"sd" cbor:"sd"`
	Date    string `json:"dt" cbor:"dt"` // YYYY-MM-DD
	Country string `json:"co" cbor:"co"` // ISO 3166-1 alpha-2
	Issuer  string `json:"is" cbor:"is"`
	UVCI    string `json:"ci" cbor:"ci"`
}

// DCCTest is one test for the virus. It cannot carry an antibody test: use DDCCTest for that.
type DCCTest struct {
	Disease   string `json:"tg" cbor:"tg"`
	Type      string `json:"tt" cbor:"tt"` // LOINC
	Name      string `json:"nm,omitempty" cbor:"nm,omitempty"`
	Device    string `json:"ma,omitempty" cbor:"ma,omitempty"`
	Collected string `json:"sc" cbor:"sc"` // RFC 3339
	Result    string `json:"tr" cbor:"tr"` // SNOMED CT
	Centre    string `json:"tc,omitempty" cbor:"tc,omitempty"`
	Country   string `json:"co" cbor:"co"`
	Issuer    string `json:"is" cbor:"is"`
	UVCI      string `json:"ci" cbor:"ci"`
}

// DCCRecovery says that somebody was ill and is again well. Dates are YYYY-MM-DD.
type DCCRecovery struct {
	Disease       string `json:"tg" cbor:"tg"`
	FirstPositive string `json:"fr" cbor:"fr"`
	Country       string `json:"co" cbor:"co"`
	Issuer        string `json:"is" cbor:"is"`
	ValidFrom     string `json:"df" cbor:"df"`
	ValidUntil    string `json:"du" cbor:"du"`
	UVCI          string `json:"ci" cbor:"ci"`
}

func (c DCC) subClaim() (int64, Format, any) {
	if c.Version == "" {
		c.Version = DCCVersion
	}
	return subDCC, FormatDCC, c
}

// ICVP is a WHO vaccination certificate (2026): one dose a certificate. At least one of the vaccine's
// Clinician and Authority is needed.
type ICVP struct {
	Name         string      `json:"n" cbor:"n"`
	BirthDate    string      `json:"dob" cbor:"dob"` // YYYY-MM-DD
	Sex          string      `json:"s" cbor:"s"`     // FHIR AdministrativeGender
	Nationality  string      `json:"nt" cbor:"nt"`   // ISO 3166-1 alpha-3
	Document     string      `json:"id,omitempty" cbor:"id,omitempty"`
	DocumentType string      `json:"dt,omitempty" cbor:"dt,omitempty"`
	Guardian     string      `json:"gn,omitempty" cbor:"gn,omitempty"`
	Version      string      `json:"v" cbor:"v"`
	Issued       string      `json:"d,omitempty" cbor:"d,omitempty"` // YYYY-MM-DD
	Vaccine      ICVPVaccine `json:"vx" cbor:"vx"`
}

// ICVPVaccine is the dose.
type ICVPVaccine struct {
	Product   string `json:"vp" cbor:"vp"` // WHO prequalified product id
	Date      string `json:"dv" cbor:"dv"` // YYYY-MM-DD
	Clinician string `json:"cn,omitempty" cbor:"cn,omitempty"`
	Authority string `json:"is,omitempty" cbor:"is,omitempty"`
	Batch     string `json:"bo" cbor:"bo"`
}

func (c ICVP) subClaim() (int64, Format, any) { return subDVC, FormatICVP, c }

// HealthLinkContent is a health link to be issued. Its text has the WHO prefix where AsText is set, the form
// of the WHO model; else it is the list of {u} that deployed readers expect.
type HealthLinkContent struct {
	Link   HealthLink
	AsText bool
}

func (c HealthLinkContent) subClaim() (int64, Format, any) {
	if c.AsText {
		return subHealthLink, FormatHealthLink, c.Link.Text(WHOLinkPrefix)
	}
	return subHealthLink, FormatHealthLink, []map[string]string{{"u": c.Link.Text(SMARTLinkPrefix)}}
}

// DCC gives the content of an EU certificate in its types. Numbers that others wrote as floats are read.
func (d *Document) DCC() (DCC, error) {
	var c DCC
	return c, d.contentInto(FormatDCC, &c)
}

// ICVP gives the content of a WHO vaccination certificate of 2026 in its types.
func (d *Document) ICVP() (ICVP, error) {
	var c ICVP
	return c, d.contentInto(FormatICVP, &c)
}

// HealthLink gives the link of a health link certificate.
func (d *Document) HealthLink() (HealthLink, error) {
	if d.Format != FormatHealthLink {
		return HealthLink{}, fmt.Errorf("reading the certificate's content: it is %s, not %s", d.Format, FormatHealthLink)
	}
	return readHealthLink(d.Content)
}

func (d *Document) contentInto(want Format, into any) error {
	if d.Format != want {
		return fmt.Errorf("reading the certificate's content: it is %s, not %s", d.Format, want)
	}
	raw, err := json.Marshal(d.Content)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("reading the certificate's content: %w", err)
	}
	return nil
}
