package lab

import "encoding/json"

// The parts of FHIR R4 (hl7.org/fhir/R4) that are read and written. Other elements are left alone.
type (
	fhirCoding struct {
		System string `json:"system,omitempty"`
		Code   string `json:"code,omitempty"`
	}
	fhirConcept struct {
		Coding []fhirCoding `json:"coding,omitempty"`
		Text   string       `json:"text,omitempty"`
	}
	fhirIdentifier struct {
		System string       `json:"system,omitempty"`
		Value  string       `json:"value,omitempty"`
		Type   *fhirConcept `json:"type,omitempty"`
	}
	fhirReference struct {
		Reference  string          `json:"reference,omitempty"`
		Identifier *fhirIdentifier `json:"identifier,omitempty"`
	}
	fhirResource struct {
		fhirHead
		rawBundle
	}
	// fhirHead is what every resource has.
	fhirHead struct {
		Type string `json:"resourceType"`
		ID   string `json:"id"`
	}
	rawBundle struct {
		BundleType string      `json:"type"`
		Entry      []fhirEntry `json:"entry"`
	}
	fhirEntry struct {
		FullURL  string          `json:"fullUrl"`
		Resource json.RawMessage `json:"resource"`
		Request  *struct {
			Method string `json:"method"`
			URL    string `json:"url"`
		} `json:"request"`
	}
	fhirSubjects struct {
		Identifier []fhirIdentifier `json:"identifier"`
	}
	fhirObservation struct {
		Type       string            `json:"resourceType"`
		ID         string            `json:"id"`
		Contained  []json.RawMessage `json:"contained"`
		Identifier []fhirIdentifier  `json:"identifier"`
		Status     string            `json:"status"`
		Code       fhirConcept       `json:"code"`
		Subject    *fhirReference    `json:"subject"`
		Effective  string            `json:"effectiveDateTime"`
		Period     *struct {
			Start string `json:"start"`
		} `json:"effectivePeriod"`
		Instant        string         `json:"effectiveInstant"`
		Value          *fhirConcept   `json:"valueCodeableConcept"`
		Interpretation []fhirConcept  `json:"interpretation"`
		Specimen       *fhirReference `json:"specimen"`
	}
	fhirSpecimen struct {
		Identifier []fhirIdentifier `json:"identifier"`
		Accession  *fhirIdentifier  `json:"accessionIdentifier"`
		Collection *struct {
			Time   string `json:"collectedDateTime"`
			Period *struct {
				Start string `json:"start"`
			} `json:"collectedPeriod"`
		} `json:"collection"`
	}

	// Outcome is an OperationOutcome.
	Outcome struct {
		Type  string  `json:"resourceType"`
		Issue []Issue `json:"issue"`
	}
	// Issue is one thing that is said of a request.
	Issue struct {
		Severity    string       `json:"severity"`
		Code        string       `json:"code"`
		Details     *fhirConcept `json:"details,omitempty"`
		Diagnostics string       `json:"diagnostics,omitempty"`
		Expression  []string     `json:"expression,omitempty"`
	}
	fhirAnswer struct {
		Type       string            `json:"resourceType"`
		BundleType string            `json:"type"`
		Entry      []fhirAnswerEntry `json:"entry"`
	}
	fhirAnswerEntry struct {
		Response struct {
			Status   string  `json:"status"`
			Location string  `json:"location,omitempty"`
			Outcome  Outcome `json:"outcome"`
		} `json:"response"`
	}
)
