package healthcode

// DocumentType is a kind of identity document.
type DocumentType string

// The document types.
const (
	DocumentID              DocumentType = "CN-ID"       // resident identity card, and the residence permit for HK, MO and TW residents
	DocumentChinesePassport DocumentType = "CN-PASSPORT" // ordinary, diplomatic, service, official-ordinary
	DocumentPassport        DocumentType = "PASSPORT"    // of another country
	DocumentHomeReturnHK    DocumentType = "HRP-HK"      // mainland travel permit for Hong Kong residents
	DocumentHomeReturnMO    DocumentType = "HRP-MO"      // … for Macao residents
	DocumentTaiwanPermit    DocumentType = "TWP"         // mainland travel permit for Taiwan residents
	DocumentPermanent       DocumentType = "PRC-PR"      // foreign permanent resident ID card
)

// DocumentTypes lists every type, in the order in which a form offers them.
var DocumentTypes = []DocumentType{DocumentID, DocumentChinesePassport, DocumentPassport,
	DocumentHomeReturnHK, DocumentHomeReturnMO, DocumentTaiwanPermit, DocumentPermanent}

// Document names a person to a feed. Number is as normalised by internal/identity.
type Document struct {
	Type   DocumentType `json:"type"`
	Number string       `json:"number"`
	// Country is the issuing country of a foreign passport, ICAO 9303 alpha-3, or "".
	Country string `json:"country,omitempty"`
}
