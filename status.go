package healthcode

import "time"

// StateHeld is the state in which no code can be confirmed: a hold is open and
// no colour outranks it. Every other state is a colour of the policy.
const StateHeld = "held"

// Status is what a policy says of a person at an instant: the output of
// `healthcode evaluate` (contract).
type Status struct {
	Jurisdiction string    `json:"jurisdiction"`
	Policy       string    `json:"policy"` // the version
	PolicySHA256 string    `json:"policy_sha256"`
	At           time.Time `json:"at"`
	// State is what a door sees: a colour, or "held". A colour other than the
	// policy's last outranks a hold; a hold outranks the last (green).
	State  string `json:"state"`
	Colour string `json:"colour"`
	Holds  []Hold `json:"holds"`
	// Reasons are the matches of colour rules that hold now, worst colour first.
	Reasons   []Reason   `json:"reasons"`
	Questions []Question `json:"questions"`
	// NextChange is when state, colour or open holds next change if nothing new arrives.
	NextChange *time.Time `json:"next_change"`
	Timeline   []Segment  `json:"timeline,omitempty"`
}

// Hold is an open duty with a reason, a start, an end condition and an owner.
// Several matches of one hold are one hold with several reasons.
type Hold struct {
	Hold    string       `json:"hold"`
	Rule    string       `json:"rule"` // of the match that ends last
	From    time.Time    `json:"from"`
	Until   *time.Time   `json:"until"` // nil where the end depends on something that hasn't happened
	Ends    string       `json:"ends"`  // "automatic", or what the end waits for: test-result, verification, lift …
	Owner   string       `json:"owner"` // a contact of the policy
	Reasons []HoldReason `json:"reasons"`
	Exit    []Text       `json:"exit"` // every way out, in the policy's order
}

// HoldReason is one match of a hold's rules.
type HoldReason struct {
	Facts []FactRef `json:"facts"`
	Text  Text      `json:"text"`

	Rule  string     `json:"-"`
	From  time.Time  `json:"-"`
	Until *time.Time `json:"-"`
}

// Reason is one match of a colour rule.
type Reason struct {
	Rule   string     `json:"rule"`
	Colour string     `json:"colour"`
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until"`
	Ends   string     `json:"ends"`
	Facts  []FactRef  `json:"facts"`
	Text   Text       `json:"text"`
	Exit   []Text     `json:"exit"`
}

// Question asks the person about weak evidence. It raises nothing.
type Question struct {
	Facts []FactRef `json:"facts"`
	From  time.Time `json:"from"`
	Area  string    `json:"area"`
	Text  Text      `json:"text"`
}

// Segment is a stretch of time in which state, colour and open holds stay the same.
type Segment struct {
	From   time.Time  `json:"from"`
	Until  *time.Time `json:"until"` // nil = no end known
	State  string     `json:"state"`
	Colour string     `json:"colour"`
	Holds  []string   `json:"holds"`
}
