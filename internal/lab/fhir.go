package lab

import (
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"healthcode"
)

//go:embed codes.csv
var codesCSV string

// codes says what a coding means: an analyte or a result.
var codes = func() map[fhirCoding][2]string {
	rows, err := csv.NewReader(strings.NewReader(codesCSV)).ReadAll()
	if err != nil {
		panic(err)
	}
	all := make(map[fhirCoding][2]string, len(rows))
	for _, row := range rows[1:] {
		all[fhirCoding{row[0], row[1]}] = [2]string{row[2], row[3]}
	}
	return all
}()

// meaning finds the first coding that is known for a field.
func meaning(field string, concepts ...fhirConcept) string {
	for _, concept := range concepts {
		for _, coding := range concept.Coding {
			if m, ok := codes[fhirCoding{coding.System, coding.Code}]; ok && m[0] == field {
				return m[1]
			}
		}
	}
	return ""
}

// FHIRAnswer is what a laboratory gets for FHIR: a status and a resource.
type FHIRAnswer struct {
	Status   int
	Resource any
}

// PushFHIR takes in a signed Observation, or a Bundle of type batch, transaction or collection. Of a transaction all
// is stored or nothing; of the others each entry by itself. An Observation that was entered in error takes back the fact of its identifier.
func (s *Service) PushFHIR(ctx context.Context, l healthcode.Lab, body []byte) (FHIRAnswer, error) {
	var root fhirResource
	err := json.Unmarshal(body, &root.fhirHead)
	if err == nil && root.Type == "Bundle" {
		err = json.Unmarshal(body, &root.rawBundle)
	}
	if err != nil {
		return fhirRefused(http.StatusBadRequest, "structure", "", "The body isn't JSON of a FHIR R4 resource: "+strings.TrimPrefix(err.Error(), "json: ")), nil
	}
	resources := fhirIndex{}
	switch root.Type {
	case "Observation":
		i := s.observation(&l, 1, body, resources)
		return s.single(ctx, l, i)
	case "Bundle":
	default:
		return fhirRefused(http.StatusUnprocessableEntity, "not-supported", "resourceType", fmt.Sprintf("Send an Observation or a Bundle; %q is neither.", root.Type)), nil
	}
	switch root.BundleType {
	case "batch", "transaction", "collection":
	default:
		return fhirRefused(http.StatusUnprocessableEntity, "not-supported", "Bundle.type", fmt.Sprintf("The type of a Bundle is batch, transaction or collection; %q is none of them.", root.BundleType)), nil
	}
	return s.bundle(ctx, l, &root, resources)
}

func (s *Service) single(ctx context.Context, l healthcode.Lab, i item) (FHIRAnswer, error) {
	lines, err := s.take(ctx, l, []item{i})
	if err != nil {
		return FHIRAnswer{}, err
	}
	status, issue := fhirIssue(&lines[0], "Observation")
	return FHIRAnswer{status, Outcome{"OperationOutcome", []Issue{issue}}}, nil
}

func (s *Service) bundle(ctx context.Context, l healthcode.Lab, root *fhirResource, resources fhirIndex) (FHIRAnswer, error) {
	types := make([]string, len(root.Entry))
	for n, e := range root.Entry {
		var r fhirHead
		if json.Unmarshal(e.Resource, &r) == nil {
			types[n] = r.Type
			resources.add(e.FullURL, r, e.Resource)
		}
	}
	var items []item
	for n, e := range root.Entry {
		switch types[n] {
		case "Observation":
			i := s.observation(&l, n+1, e.Resource, resources)
			if i.err == nil && e.Request != nil && e.Request.Method != http.MethodPost && e.Request.Method != http.MethodPut {
				i.err = fmt.Errorf("request.method: an Observation is sent with POST or PUT")
			}
			if i.err == nil && i.fact.Source != "" {
				i.err = s.check(&l, &i.fact)
			}
			items = append(items, i)
		case "Patient", "Specimen", "Organization", "Practitioner", "PractitionerRole", "DiagnosticReport", "Device":
		default:
			items = append(items, item{line: n + 1, err: fmt.Errorf("resourceType: %q isn't taken; send Observations with their Patients and Specimens", types[n])})
		}
	}
	if root.BundleType == "transaction" {
		var issues []Issue
		for _, i := range items {
			if i.err != nil {
				_, issue := fhirIssue(&Line{Line: i.line, Outcome: OutcomeRefused, Err: i.err}, fmt.Sprintf("Bundle.entry[%d]", i.line-1))
				issues = append(issues, issue)
			}
		}
		if len(issues) > 0 {
			return FHIRAnswer{http.StatusUnprocessableEntity, Outcome{"OperationOutcome", issues}}, nil
		}
	}
	lines, err := s.take(ctx, l, items)
	if err != nil {
		return FHIRAnswer{}, err
	}
	answer := fhirAnswer{Type: "Bundle", BundleType: root.BundleType + "-response", Entry: make([]fhirAnswerEntry, len(root.Entry))}
	var issues []Issue
	for n := range answer.Entry {
		r := &answer.Entry[n].Response
		r.Status, r.Outcome = "200 OK", Outcome{"OperationOutcome", []Issue{{Severity: "information", Code: "informational", Diagnostics: "read with the Observations that refer to it"}}}
	}
	for k := range lines {
		status, issue := fhirIssue(&lines[k], fmt.Sprintf("Bundle.entry[%d]", lines[k].Line-1))
		issues = append(issues, issue)
		r := &answer.Entry[lines[k].Line-1].Response
		r.Status, r.Outcome = fmt.Sprintf("%d %s", status, http.StatusText(status)), Outcome{"OperationOutcome", []Issue{issue}}
	}
	if root.BundleType == "collection" {
		return FHIRAnswer{http.StatusOK, Outcome{"OperationOutcome", issues}}, nil
	}
	return FHIRAnswer{http.StatusOK, answer}, nil
}

// fhirIssue says what became of one result, with the status of the entry.
func fhirIssue(l *Line, where string) (int, Issue) {
	done := func(status int, text string) (int, Issue) {
		return status, Issue{Severity: "information", Code: "informational", Details: &fhirConcept{Text: l.Outcome}, Diagnostics: text, Expression: []string{where}}
	}
	switch l.Outcome {
	case OutcomeStored:
		return done(http.StatusCreated, "stored")
	case noteConfirmed:
		return done(http.StatusCreated, "stored; it confirms a result that the person held")
	case noteDiffers:
		status, issue := done(http.StatusCreated, "stored; another result of the same sample is known, and casework has both")
		issue.Severity, issue.Code = "warning", "conflict"
		return status, issue
	case OutcomeDuplicate, noteMerged:
		return done(http.StatusOK, "it was there already")
	}
	code, text := l.Text()
	issue := Issue{Severity: "error", Code: "invalid", Details: &fhirConcept{Text: string(code)}, Diagnostics: text.EN, Expression: []string{where}}
	switch {
	case l.Outcome == OutcomeConflict:
		issue.Code = "conflict"
		return http.StatusConflict, issue
	case code == healthcode.CodeDenied:
		issue.Code = "forbidden"
		return http.StatusForbidden, issue
	}
	return http.StatusUnprocessableEntity, issue
}

func fhirRefused(status int, code, where, text string) FHIRAnswer {
	issue := Issue{Severity: "error", Code: code, Diagnostics: text}
	if where != "" {
		issue.Expression = []string{where}
	}
	return FHIRAnswer{status, Outcome{"OperationOutcome", []Issue{issue}}}
}

// FHIRError is the OperationOutcome of an error of the whole request.
func FHIRError(code healthcode.Code, text string) Outcome {
	kind := "processing"
	switch code {
	case CodeUnsigned, CodeSignature, CodeUnknownKey, CodeKeyOver:
		kind = "security"
	case healthcode.CodeInvalid:
		kind = "invalid"
	case healthcode.CodeNotFound:
		kind = "not-found"
	case healthcode.CodeInternal:
		kind = "exception"
	}
	return Outcome{"OperationOutcome", []Issue{{Severity: "error", Code: kind, Details: &fhirConcept{Text: string(code)}, Diagnostics: text}}}
}

// fhirIndex finds the resources of a Bundle by their addresses.
type fhirIndex map[string]json.RawMessage

func (x fhirIndex) add(fullURL string, r fhirHead, raw json.RawMessage) {
	if fullURL != "" {
		x[fullURL] = raw
	}
	if r.Type != "" && r.ID != "" {
		x[r.Type+"/"+r.ID] = raw
	}
}

// find follows a reference within the resource or the Bundle.
func (x fhirIndex) find(ref *fhirReference, contained []json.RawMessage, into any) bool {
	if ref == nil || ref.Reference == "" {
		return false
	}
	if id, ok := strings.CutPrefix(ref.Reference, "#"); ok {
		for _, raw := range contained {
			var r fhirHead
			if json.Unmarshal(raw, &r) == nil && r.ID == id {
				return json.Unmarshal(raw, into) == nil
			}
		}
		return false
	}
	raw, ok := x[ref.Reference]
	return ok && json.Unmarshal(raw, into) == nil
}

// observation makes a fact of an Observation.
func (s *Service) observation(l *healthcode.Lab, line int, raw json.RawMessage, resources fhirIndex) (i item) {
	i.line = line
	fail := func(format string, args ...any) item {
		i.err = fmt.Errorf(format, args...)
		return i
	}
	var o fhirObservation
	if err := json.Unmarshal(raw, &o); err != nil {
		return fail("the Observation can't be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	id := o.ID
	if len(o.Identifier) > 0 && o.Identifier[0].Value != "" {
		id = o.Identifier[0].Value
	}
	if id == "" {
		return fail("identifier: missing; give each Observation an identifier that is unique within the laboratory")
	}
	document, ok := patientOf(&o, resources)
	if !ok {
		return fail("subject: name the Patient by the identifier of a document, with a system such as %sCN-ID", documentSystem)
	}
	i.fact = healthcode.Fact{ID: id, Source: l.Source(), Kind: healthcode.KindTest, Person: &document}
	var specimen fhirSpecimen
	if resources.find(o.Specimen, o.Contained, &specimen) {
		i.number = specimen.number()
	} else if o.Specimen != nil && o.Specimen.Identifier != nil {
		i.number = o.Specimen.Identifier.Value
	}
	if len(i.number) > 100 {
		return fail("specimen: its identifier is longer than 100 characters")
	}
	switch o.Status {
	case "final", "amended", "corrected":
	case "entered-in-error", "cancelled":
		i.fact = healthcode.Fact{ID: "withdrawn:" + id, Source: l.Source(), Kind: healthcode.KindRetraction, Person: &document,
			Retracts: &healthcode.FactRef{Source: l.Source(), ID: id}, Reason: "mis-keyed"}
		return i
	default:
		return fail("status: %q isn't a result yet; send the Observation once it is final", o.Status)
	}
	if i.fact.Analyte = meaning("analyte", o.Code); i.fact.Analyte == "" {
		return fail("code: none of its codings is known here; use LOINC, such as 94500-6 (nucleic acid), 94558-4 (antigen), 94563-4 (IgG), 94564-2 (IgM)")
	}
	var value []fhirConcept
	if o.Value != nil {
		value = append(value, *o.Value)
	}
	if i.fact.Result = meaning("result", append(value, o.Interpretation...)...); i.fact.Result == "" {
		return fail("valueCodeableConcept: none of its codings is known here; use SNOMED CT 260385009 (negative), 10828004 (positive) or 455371000124106 (invalid)")
	}
	// The time of the sample, not that of the measurement, where the Specimen says it.
	times := []string{specimen.collected(), o.Effective, o.Instant}
	if o.Period != nil {
		times = append(times, o.Period.Start)
	}
	for _, text := range times {
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fail("effectiveDateTime: %q isn't a time with an offset, such as 2022-04-25T09:00:00+08:00", text)
		}
		i.fact.Time = at
		return i
	}
	return fail("effectiveDateTime: missing; say when the sample was taken")
}

func (s *fhirSpecimen) number() string {
	if s.Accession != nil && s.Accession.Value != "" {
		return s.Accession.Value
	}
	if len(s.Identifier) > 0 {
		return s.Identifier[0].Value
	}
	return ""
}

func (s *fhirSpecimen) collected() string {
	switch {
	case s.Collection == nil:
		return ""
	case s.Collection.Time != "":
		return s.Collection.Time
	case s.Collection.Period != nil:
		return s.Collection.Period.Start
	}
	return ""
}

// The systems of identifiers of documents.
const (
	documentSystem = "urn:healthcode:document:"          // and the type; of a foreign passport also a colon and the country (ICAO 9303)
	chineseID      = "urn:oid:2.16.156.10011.1.3"        // the resident identity card, in China's registry of OIDs
	passportSystem = "http://hl7.org/fhir/sid/passport-" // and the country
)

var threeLetters = regexp.MustCompile(`^[A-Za-z]{3}$`)

// patientOf finds the document by which an Observation names its person.
func patientOf(o *fhirObservation, resources fhirIndex) (healthcode.Document, bool) {
	var all []fhirIdentifier
	if o.Subject != nil && o.Subject.Identifier != nil {
		all = append(all, *o.Subject.Identifier)
	}
	var patient struct {
		fhirSubjects
		Type string `json:"resourceType"`
	}
	if resources.find(o.Subject, o.Contained, &patient) && patient.Type == "Patient" {
		all = append(all, patient.Identifier...)
	}
	for _, id := range all {
		if d, ok := documentOf(id); ok {
			return d, true
		}
	}
	return healthcode.Document{}, false
}

func documentOf(id fhirIdentifier) (healthcode.Document, bool) {
	if id.Value == "" {
		return healthcode.Document{}, false
	}
	if id.System == chineseID {
		return healthcode.Document{Type: healthcode.DocumentID, Number: id.Value}, true
	}
	if country, ok := strings.CutPrefix(id.System, passportSystem); ok && threeLetters.MatchString(country) {
		if country = strings.ToUpper(country); country == "CHN" {
			return healthcode.Document{Type: healthcode.DocumentChinesePassport, Number: id.Value}, true
		}
		return healthcode.Document{Type: healthcode.DocumentPassport, Number: id.Value, Country: country}, true
	}
	if name, ok := strings.CutPrefix(id.System, documentSystem); ok {
		kind, country, _ := strings.Cut(name, ":")
		return healthcode.Document{Type: healthcode.DocumentType(strings.ToUpper(kind)), Number: id.Value, Country: strings.ToUpper(country)}, true
	}
	return healthcode.Document{}, false
}
