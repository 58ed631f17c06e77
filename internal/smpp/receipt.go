package smpp

import (
	"slices"
	"strings"
)

// MessageState is what an SMSC says of a message (section 5.2.28).
type MessageState byte

// The message states.
const (
	Enroute       MessageState = 1
	Delivered     MessageState = 2
	Expired       MessageState = 3
	Deleted       MessageState = 4
	Undeliverable MessageState = 5
	Accepted      MessageState = 6
	Unknown       MessageState = 7
	Rejected      MessageState = 8
)

// stateNames are the words of a receipt's text (appendix B).
var stateNames = []string{"", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"}

// String returns the word that a receipt's text has, such as DELIVRD.
func (s MessageState) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "UNKNOWN"
}

// Receipt is a delivery receipt.
type Receipt struct {
	ID    string // as submit_sm_resp gave it
	State MessageState
	Error string // the network's code, at most 8 letters and digits; often ""
}

// IsReceipt reports whether a deliver_sm carries a receipt. Only the SMSC can say so: a
// text that merely looks like one may come from anybody's phone.
func (s *Short) IsReceipt() bool {
	_, named := s.TLVs.Get(TagReceiptedMessageID)
	kind := s.Class & classType
	return named || kind == classReceipt || kind == classIntermediate
}

// Receipt reads the receipt in a deliver_sm: its optional parameters where
// there are any, otherwise its text. ok is false where it names no message or state.
func (s *Short) Receipt() (r Receipt, ok bool) {
	if text, _, _, readable := s.Read(); readable {
		r = ParseReceipt(text)
	}
	if id, found := s.TLVs.Get(TagReceiptedMessageID); found {
		name, _, _ := strings.Cut(string(id), "\x00")
		r.ID = name
	}
	if state, found := s.TLVs.Get(TagMessageState); found && len(state) == 1 && state[0] >= 1 && int(state[0]) < len(stateNames) {
		r.State = MessageState(state[0])
	}
	// An id is at most 64 characters (section 5.2.23).
	return r, r.ID != "" && len(r.ID) <= 64 && r.State != 0
}

// ParseReceipt reads the text form (appendix B), in whatever order and case its
// fields come: id:… sub:… dlvrd:… submit date:… done date:… stat:DELIVRD err:… text:…
// What it doesn't find stays empty.
func ParseReceipt(text string) Receipt {
	// What follows text: is the message itself.
	if start, _, found := cutField(text, "text:"); found {
		text = start
	}
	var r Receipt
	r.ID = field(text, "id:")
	r.State = MessageState(max(0, slices.Index(stateNames, strings.ToUpper(field(text, "stat:")))))
	code := field(text, "err:")
	if len(code) <= 8 && !strings.ContainsFunc(code, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		r.Error = code
	}
	return r
}

func field(text, key string) string {
	_, after, _ := cutField(text, key)
	if end := strings.IndexByte(after, ' '); end >= 0 {
		return after[:end]
	}
	return after
}

// cutField cuts text around a key at the start of a word.
func cutField(text, key string) (before, after string, found bool) {
	for i := 0; i+len(key) <= len(text); i++ {
		if (i == 0 || text[i-1] == ' ') && strings.EqualFold(text[i:i+len(key)], key) {
			return text[:i], text[i+len(key):], true
		}
	}
	return text, "", false
}
