package certificate

// Coding is a code of a terminology (FHIR Coding).
type Coding struct {
	System  string `json:"system,omitempty" cbor:"system,omitempty"`
	Code    string `json:"code" cbor:"code"`
	Display string `json:"display,omitempty" cbor:"display,omitempty"`
}

// Terminologies.
const (
	LOINC    = "http://loinc.org"
	SNOMED   = "http://snomed.info/sct"
	ISO3166  = "urn:iso:std:iso:3166"
	ICD11MMS = "http://id.who.int/icd11/mms"
)

// Types of serum antibody test (LOINC). IgG in serum or plasma by immunoassay is what the travel certificate
// shows; the others are read and may be issued.
var (
	AntibodyIgG      = Coding{LOINC, "94563-4", "IgG Ab [Presence] in Serum or Plasma by Immunoassay"}
	AntibodyIgGUnits = Coding{LOINC, "94505-5", "IgG Ab [Units/volume] in Serum or Plasma by Immunoassay"}
	AntibodyIgGIgM   = Coding{LOINC, "94547-7", "IgG+IgM Ab [Presence] in Serum or Plasma by Immunoassay"}
	AntibodyTotal    = Coding{LOINC, "94762-2", "Ab [Presence] in Serum or Plasma by Immunoassay"}
)

// Results of a test (SNOMED CT).
var (
	Detected    = Coding{SNOMED, "260373001", "Detected"}
	NotDetected = Coding{SNOMED, "260415000", "Not detected"}
)

// DDCCMeta is what a WHO record says of itself.
type DDCCMeta struct {
	Issuer  DDCCIdentified `json:"issuer" cbor:"issuer"`
	HCID    DDCCIdentifier `json:"hcid" cbor:"hcid"`
	Version string         `json:"version" cbor:"version"`
	Period  *DDCCPeriod    `json:"period,omitempty" cbor:"period,omitempty"`
}

// DDCCIdentified refers to an organization by its identifier.
type DDCCIdentified struct {
	Identifier DDCCIdentifier `json:"identifier" cbor:"identifier"`
}

// DDCCIdentifier is a FHIR Identifier.
type DDCCIdentifier struct {
	System string `json:"system,omitempty" cbor:"system,omitempty"`
	Value  string `json:"value" cbor:"value"`
}

// DDCCPeriod bounds how long a record counts: dates, the last one included, or times.
type DDCCPeriod struct {
	Start string `json:"start,omitempty" cbor:"start,omitempty"`
	End   string `json:"end,omitempty" cbor:"end,omitempty"`
}

// DDCCTest is a WHO test record (DDCC:TR core data set). It carries what the EU format cannot, such as a serum
// antibody test; no EU interoperability may be claimed for it.
type DDCCTest struct {
	Name       string         `json:"name" cbor:"name"`
	BirthDate  string         `json:"birthDate,omitempty" cbor:"birthDate,omitempty"`
	Identifier string         `json:"identifier,omitempty" cbor:"identifier,omitempty"` // of the travel document
	Test       DDCCTestResult `json:"test" cbor:"test"`
	Meta       DDCCMeta       `json:"certificate" cbor:"certificate"`
}

// DDCCTestResult is the test. Date is RFC 3339: when the sample was taken.
type DDCCTestResult struct {
	Pathogen     Coding  `json:"pathogen" cbor:"pathogen"`
	Type         Coding  `json:"type" cbor:"type"`
	Brand        *Coding `json:"brand,omitempty" cbor:"brand,omitempty"`
	Manufacturer *Coding `json:"manufacturer,omitempty" cbor:"manufacturer,omitempty"`
	Origin       *Coding `json:"origin,omitempty" cbor:"origin,omitempty"`
	Date         string  `json:"date" cbor:"date"`
	Result       *Coding `json:"result,omitempty" cbor:"result,omitempty"`
	Centre       *Coding `json:"centre,omitempty" cbor:"centre,omitempty"`
	Country      Coding  `json:"country" cbor:"country"`
}

func (c DDCCTest) subClaim() (int64, Format, any) { return subDDCCTR, FormatDDCCTR, c }

// DDCCVaccination is a WHO vaccination record (DDCC:VS core data set).
type DDCCVaccination struct {
	Name       string   `json:"name" cbor:"name"`
	BirthDate  string   `json:"birthDate,omitempty" cbor:"birthDate,omitempty"`
	Identifier string   `json:"identifier,omitempty" cbor:"identifier,omitempty"`
	Dose       DDCCDose `json:"vaccination" cbor:"vaccination"`
	Meta       DDCCMeta `json:"certificate" cbor:"certificate"`
}

// DDCCDose is the dose. One of Manufacturer and Holder is needed. Date is YYYY-MM-DD or RFC 3339.
type DDCCDose struct {
	Vaccine      Coding  `json:"vaccine" cbor:"vaccine"`
	Brand        Coding  `json:"brand" cbor:"brand"`
	Manufacturer *Coding `json:"manufacturer,omitempty" cbor:"manufacturer,omitempty"`
	Holder       *Coding `json:"maholder,omitempty" cbor:"maholder,omitempty"`
	Lot          string  `json:"lot" cbor:"lot"`
	Date         string  `json:"date" cbor:"date"`
	Dose         int     `json:"dose" cbor:"dose"`
	Doses        int     `json:"totalDoses,omitempty" cbor:"totalDoses,omitempty"`
	Country      Coding  `json:"country" cbor:"country"`
	Centre       string  `json:"centre,omitempty" cbor:"centre,omitempty"`
	Disease      *Coding `json:"disease,omitempty" cbor:"disease,omitempty"`
}

func (c DDCCVaccination) subClaim() (int64, Format, any) { return subDDCCVS, FormatDDCCVS, c }

// DDCCTest gives the content of a WHO test record in its types.
func (d *Document) DDCCTest() (DDCCTest, error) {
	var c DDCCTest
	return c, d.contentInto(FormatDDCCTR, &c)
}

// DDCCVaccination gives the content of a WHO vaccination record in its types.
func (d *Document) DDCCVaccination() (DDCCVaccination, error) {
	var c DDCCVaccination
	return c, d.contentInto(FormatDDCCVS, &c)
}
