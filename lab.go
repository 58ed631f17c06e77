package healthcode

import (
	"context"
	"slices"
	"time"
)

// Lab is a laboratory of a jurisdiction's registry, or a platform that passes on the results of many.
type Lab struct {
	ID           string // such as bj-0007; unique among all jurisdictions
	Jurisdiction string
	Name         Text
	Area         string // county code; "" where a platform has none
	Platform     bool   // it passes on results of other laboratories
	Phone        string // whom people may call; "" = nobody
	// Webhook is an address that is told when a question waits; "" = the laboratory looks by itself.
	Webhook string
	Closed  time.Time // since when nothing of it is taken; zero while it is open
	Keys    []LabKey
	Version int // grows with each change; 0 = not stored yet
}

// Source is the source of a laboratory's facts.
func (l *Lab) Source() string {
	if l.Platform {
		return "platform:" + l.ID
	}
	return "lab:" + l.ID
}

// Key returns the key of an id.
func (l *Lab) Key(id string) (LabKey, bool) {
	i := slices.IndexFunc(l.Keys, func(k LabKey) bool { return k.ID == id })
	if i < 0 {
		return LabKey{}, false
	}
	return l.Keys[i], true
}

// LabKey is a public key by which a laboratory signs. Several may be valid at a time, so that it can go over to a new one.
type LabKey struct {
	ID        string // kid
	Algorithm string // EdDSA (Ed25519) or ES256 (P-256)
	Public    []byte // SubjectPublicKeyInfo, DER
	From      time.Time
	Until     time.Time // zero = no end
	Revoked   time.Time // since when it isn't trusted, whatever it signed; zero = not
}

// Sample is one result of a sample, and the fact in which it is kept. Reports of the same sample that agree are one fact.
type Sample struct {
	Person  PersonID
	Lab     string // id of the laboratory; "" where nobody said
	Analyte string
	Result  string
	Taken   time.Time
	Number  string // the laboratory's number of the sample; "" = not given
	Ref     FactRef
	Also    []FactRef // other reports of the same, for which no fact is kept
	// Uploaded is when the laboratory's own word came; zero while there is none.
	Uploaded time.Time
	// Provisional is until when the result stands without the laboratory's own word; zero where that has come.
	Provisional time.Time
}

// Same reports whether two reports are about one sample: of the same person, laboratory and analyte, and with the
// same number; where one of them has no number, taken within the same minute.
func (s *Sample) Same(o *Sample) bool {
	if s.Person != o.Person || s.Lab != o.Lab || s.Analyte != o.Analyte {
		return false
	}
	if s.Number != "" && o.Number != "" {
		return s.Number == o.Number
	}
	return s.Taken.Truncate(time.Minute).Equal(o.Taken.Truncate(time.Minute))
}

// SampleClaim says what is known of a sample that was claimed.
type SampleClaim struct {
	Ref       FactRef // of the fact in which the result is kept
	Confirmed bool    // it was provisional, and the laboratory's own word has now come
	Others    []Sample
}

// Claim applies a report s to what is known of the person's samples of that laboratory and analyte, and says what to
// store: the changed or new row, or nil. It is what engines run within a transaction.
func (s Sample) Claim(known []Sample) (SampleClaim, *Sample) {
	for _, k := range known {
		if k.Ref == s.Ref && (k.Result != s.Result || !k.Same(&s)) {
			return SampleClaim{Ref: s.Ref}, nil // the ledger refuses it: the same name, and other content
		}
	}
	claim, write := SampleClaim{Ref: s.Ref}, &s
	for _, k := range known {
		switch {
		case !k.Same(&s):
		case k.Result != s.Result:
			claim.Others = append(claim.Others, k)
		case write == &s: // the first that agrees
			claim.Ref, write = k.Ref, nil
			if s.Provisional.IsZero() && !k.Provisional.IsZero() {
				claim.Confirmed = true
				k.Provisional, k.Uploaded, write = time.Time{}, s.Uploaded, &k
			}
			if k.Number == "" && s.Number != "" {
				k.Number, write = s.Number, &k
			}
			if k.Ref != s.Ref && !slices.Contains(k.Also, s.Ref) {
				k.Also, write = append(slices.Clone(k.Also), s.Ref), &k
			}
		}
	}
	return claim, write
}

// LabUpload is when a sample was taken and when its result came.
type LabUpload struct {
	Taken, Uploaded time.Time
}

// The states of a question to a laboratory.
const (
	LabQueryOpen  = "open"
	LabQueryFound = "found" // the result has come
	LabQueryNone  = "none"  // the laboratory has no such sample
)

// LabQuery is a question to a laboratory: somebody says that it took a sample of them.
type LabQuery struct {
	ID           string
	Lab          string
	Jurisdiction string
	Person       PersonID
	Day          string // of the sample, as 2022-04-28, in the jurisdiction's time zone
	Number       string // of the sample, where the person has it
	Asked        time.Time
	Due          time.Time // until when the laboratory should have answered
	State        string
	Answered     time.Time
	Fetched      time.Time // when the laboratory first got it; zero = not yet
	Tries        int       // to tell its webhook
	Wake         time.Time // when the webhook is told next; zero = not any more
}

// Labs keeps the registry of laboratories, what is known of samples, and questions to laboratories.
type Labs interface {
	// PutLab stores a laboratory whose Version is the stored one, with the next; its jurisdiction and Platform stay.
	// CodeConflict: somebody changed it meanwhile, or one of Version 0 is there already.
	PutLab(ctx context.Context, l Lab) error
	// Lab: CodeNotFound.
	Lab(ctx context.Context, id string) (Lab, error)
	// LabsOf lists those of a jurisdiction by id.
	LabsOf(ctx context.Context, jurisdiction string) ([]Lab, error)

	// ClaimSamples applies [Sample.Claim] to each, one after the other, so that of two reports of one sample that come at
	// the same time one is first. CodeNotFound: an unknown person refuses all.
	ClaimSamples(ctx context.Context, samples []Sample) ([]SampleClaim, error)
	// SamplesOf lists a person's samples by time and ref, those that ExpireSamples returns left out.
	SamplesOf(ctx context.Context, person PersonID) ([]Sample, error)
	// ExpireSamples returns provisional results whose time is over: from then on they are no samples any more. It returns them
	// until DropSample.
	ExpireSamples(ctx context.Context, now time.Time, limit int) ([]Sample, error)
	// DropSample deletes the row of a sample, by its person and Ref.
	DropSample(ctx context.Context, s Sample) error
	// LabUploads lists what a laboratory uploaded since a time, the newest first.
	LabUploads(ctx context.Context, lab string, since time.Time, limit int) ([]LabUpload, error)
	// PurgeSamples deletes samples taken before a time, and returns how many.
	PurgeSamples(ctx context.Context, before time.Time) (int, error)

	// PutLabQuery stores a new question. CodeConflict: the id is taken.
	PutLabQuery(ctx context.Context, q LabQuery) error
	// ChangeLabQuery lets change alter a question's State, Answered, Fetched, Tries and Wake, and nobody else in between. change must be
	// quick and use no store. Its error undoes the change and is returned. CodeNotFound.
	ChangeLabQuery(ctx context.Context, id string, change func(*LabQuery) error) error
	// LabQueriesOf lists a person's, the newest first.
	LabQueriesOf(ctx context.Context, person PersonID) ([]LabQuery, error)
	// LabQueries lists those of a laboratory in a state, oldest first.
	LabQueries(ctx context.Context, lab, state string, limit int) ([]LabQuery, error)
	// LabQueriesDue lists open ones whose Wake is at or before now.
	LabQueriesDue(ctx context.Context, now time.Time, limit int) ([]LabQuery, error)
	// PurgeLabQueries deletes those asked before a time, and returns how many.
	PurgeLabQueries(ctx context.Context, before time.Time) (int, error)
}

// UTC returns the laboratory with its instants in UTC.
func (l Lab) UTC() Lab {
	l.Closed = utc(l.Closed)
	l.Keys = slices.Clone(l.Keys)
	for i := range l.Keys {
		k := &l.Keys[i]
		k.From, k.Until, k.Revoked = utc(k.From), utc(k.Until), utc(k.Revoked)
	}
	return l
}

// UTC returns the question with its instants in UTC.
func (q LabQuery) UTC() LabQuery {
	for _, t := range []*time.Time{&q.Asked, &q.Due, &q.Answered, &q.Fetched, &q.Wake} {
		*t = utc(*t)
	}
	return q
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
