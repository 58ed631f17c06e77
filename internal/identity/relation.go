package identity

import (
	"slices"
	"time"

	"healthcode"
)

// The states of a relation.
const (
	RelationAsked     = "asked"     // waits for an answer
	RelationConsented = "consented" // the asker may see and show the code
	RelationDeclined  = "declined"
	RelationExpired   = "expired" // not answered in time, or over
	RelationRemoved   = "removed" // by either of the two
)

// The times of a relation.
const (
	RelationAnswerTime  = 7 * day   // then an unanswered request expires
	RelationLifetime    = 180 * day // then a consent has to be given again
	RelationCoolDown    = 24 * time.Hour
	RelationDeclineTime = 7 * day // then the same person may be asked again
)

// RelationRules is what a jurisdiction's policy says of acting for others.
type RelationRules struct {
	Kinds []healthcode.RelationKind // who the other may be to the asker
	Max   int                       // how many others one person may act for at a time
}

// Basis says on what a relation rests: never on a name and a number alone.
type Basis string

// The bases.
const (
	// BasisConsent: the other person agrees from their own account.
	BasisConsent Basis = "consent"
	// BasisMinorChild: the other is the asker's child under 18, and an officer has
	// compared the key page that the parent uploaded.
	BasisMinorChild Basis = "minor-child"
)

// BasisFor returns the basis of a relation with a person born on birth (zero
// where unknown). Only a parent's own minor child needs not agree: a parent is
// the legal guardian (Civil Code, articles 17, 23 and 27).
func BasisFor(kind healthcode.RelationKind, birth, today Date) Basis {
	if kind == healthcode.RelationChild && Minor(birth, today) {
		return BasisMinorChild
	}
	return BasisConsent
}

// RelationLabel returns who the other is to the asker, for a form.
func RelationLabel(kind healthcode.RelationKind) healthcode.Text {
	switch kind {
	case healthcode.RelationSpouse:
		return healthcode.Text{ZH: "配偶", EN: "Spouse"}
	case healthcode.RelationParent:
		return healthcode.Text{ZH: "父亲或母亲", EN: "Parent"}
	case healthcode.RelationChild:
		return healthcode.Text{ZH: "子女", EN: "Child"}
	case healthcode.RelationWard:
		return healthcode.Text{ZH: "被监护人（我是监护人）", EN: "Somebody whose guardian I am"}
	case healthcode.RelationCared:
		return healthcode.Text{ZH: "由我照护的人", EN: "Somebody I care for"}
	case healthcode.RelationInstitution:
		return healthcode.Text{ZH: "我所在机构的入住者", EN: "A resident of the institution where I work"}
	case healthcode.RelationOther:
		return healthcode.Text{ZH: "其他人", EN: "Somebody else"}
	}
	return healthcode.Text{}
}

// Relation adds to a stored relation the birth date of its subject, on which
// its basis rests. A zero Birth means unknown, and then only consent counts.
type Relation struct {
	healthcode.Relation
	Birth Date
}

// Request is one person's wish to act for another.
type Request struct {
	ID           string
	Jurisdiction string
	Asker        healthcode.PersonID
	Subject      healthcode.PersonID
	Kind         healthcode.RelationKind
	Birth        Date // the subject's; zero where unknown
	KeyPage      bool // the asker uploaded the key page of the subject's document for review
}

// Ask makes a relation in the state asked, or refuses. Existing lists all
// relations of the asker; those of another jurisdiction don't count. Two
// parents may ask for one child: nobody else's relation with the subject plays
// a part.
func Ask(q Request, rules RelationRules, existing []Relation, now time.Time) (Relation, error) {
	switch {
	case q.Asker == q.Subject:
		return Relation{}, refuse(CodeRelationSelf, fieldRelation)
	case !slices.Contains(rules.Kinds, q.Kind):
		return Relation{}, refuse(CodeRelationKind, fieldRelation)
	case BasisFor(q.Kind, q.Birth, DateOf(now)) == BasisMinorChild && !q.KeyPage:
		return Relation{}, refuse(CodeRelationKeyPage, "photo")
	}
	for _, r := range existing {
		if r.Asker != q.Asker || r.Subject != q.Subject || r.Jurisdiction != q.Jurisdiction {
			continue
		}
		switch state := r.StateAt(now); {
		case state == RelationAsked || state == RelationConsented:
			return Relation{}, refuse(CodeRelationExists, fieldRelation)
		case state == RelationDeclined && now.Before(r.Changed.Add(RelationDeclineTime)):
			return Relation{}, refuse(CodeRelationDeclined, fieldRelation)
		case state == RelationRemoved && now.Before(r.Changed.Add(RelationCoolDown)):
			return Relation{}, refuse(CodeRelationCoolDown, fieldRelation)
		}
	}
	if Places(existing, q.Asker, q.Jurisdiction, now) >= rules.Max {
		return Relation{}, refuse(CodeRelationMax, fieldRelation, rules.Max)
	}
	return Relation{Birth: q.Birth, Relation: healthcode.Relation{
		ID: q.ID, Jurisdiction: q.Jurisdiction, Asker: q.Asker, Subject: q.Subject,
		Kind: q.Kind, State: RelationAsked, Asked: now, Changed: now,
	}}, nil
}

// Places counts the places that an asker's relations take: those asked for,
// those agreed to, and those removed less than 24 hours ago, so that a few
// places aren't enough to look at many people one after the other.
func Places(relations []Relation, asker healthcode.PersonID, jurisdiction string, now time.Time) int {
	n := 0
	for _, r := range relations {
		if r.Asker != asker || r.Jurisdiction != jurisdiction {
			continue
		}
		switch state := r.StateAt(now); {
		case state == RelationAsked, state == RelationConsented,
			state == RelationRemoved && now.Before(r.Changed.Add(RelationCoolDown)):
			n++
		}
	}
	return n
}

// Basis returns what the relation rests on, as it was when it was asked for.
func (r Relation) Basis(loc *time.Location) Basis {
	return BasisFor(r.Kind, r.Birth, DateOf(r.Asked.In(loc)))
}

// StateAt returns the state at now, which the clock alone can make expired.
func (r Relation) StateAt(now time.Time) string {
	if ends := r.Ends(now.Location()); !ends.IsZero() && !now.Before(ends) {
		return RelationExpired
	}
	return r.State
}

// Ends returns when a relation that is asked for or agreed to will expire, and
// the zero time for any other. What rests on a child's minority ends with the
// child's 18th birthday in the jurisdiction's time zone.
func (r Relation) Ends(loc *time.Location) time.Time {
	var ends time.Time
	switch r.State {
	case RelationAsked:
		ends = r.Asked.Add(RelationAnswerTime)
	case RelationConsented:
		ends = r.Changed.Add(RelationLifetime)
	default:
		return time.Time{}
	}
	if r.Basis(loc) == BasisMinorChild {
		if adult := Birthday(r.Birth, adultAge).In(loc); adult.Before(ends) {
			return adult
		}
	}
	return ends
}

// RelationEvent is something that a person does to a relation.
type RelationEvent string

// The events.
const (
	EventConsent RelationEvent = "consent"
	EventDecline RelationEvent = "decline"
	EventRemove  RelationEvent = "remove"
)

// Apply returns the relation after an event by an actor. Who may do what:
//
//   - consent, while asked: the subject; for a minor child instead a caseworker
//     of the jurisdiction who has compared the key page.
//   - decline, while asked: the subject, or that caseworker.
//   - remove, while asked or consented: the asker and the subject.
//
// Errors: relation_denied, and relation_over for a relation in any other state.
func (r Relation) Apply(event RelationEvent, by healthcode.Actor, now time.Time) (Relation, error) {
	resident := by.Role == healthcode.RoleResident
	subject := resident && by.Person == r.Subject
	asker := resident && by.Person == r.Asker
	minor := r.Basis(now.Location()) == BasisMinorChild
	reviewer := minor && by.Role == healthcode.RoleCaseworker && by.Jurisdiction == r.Jurisdiction

	var allowed bool
	next, from := RelationRemoved, []string{RelationAsked}
	switch event {
	case EventConsent:
		next, allowed = RelationConsented, reviewer || subject && !minor
	case EventDecline:
		next, allowed = RelationDeclined, reviewer || subject
	case EventRemove:
		from = append(from, RelationConsented)
		allowed = asker || subject
	}
	if !allowed {
		return r, refuse(CodeRelationDenied, fieldRelation)
	}
	if !slices.Contains(from, r.StateAt(now)) {
		return r, refuse(CodeRelationOver, fieldRelation)
	}
	r.State, r.Changed = next, now
	return r, nil
}
