package identity

import (
	"fmt"
	"net/netip"
	"time"

	"healthcode"
)

// Action is something that may be done only so often.
type Action string

// The limited actions.
const (
	ActionSendCode     Action = "send-code"     // a one-time code is sent
	ActionTryCode      Action = "try-code"      // a one-time code is tried
	ActionRegister     Action = "register"      // a person registers
	ActionAskRelation  Action = "ask-relation"  // one person asks to act for another
	ActionLookOther    Action = "look-other"    // one person looks at another's status
	ActionPrintPaper   Action = "print-paper"   // a code on paper is printed
	ActionTryNumber    Action = "try-number"    // a door tries a number that stands for nobody
	ActionCertificate  Action = "certificate"   // a travel certificate, or a link to some, is made
	ActionChangePhone  Action = "change-phone"  // a person binds or unbinds a phone, or says who uses it
	ActionReplacePhone Action = "replace-phone" // an officer replaces the number that somebody signs in with
	ActionAssist       Action = "assist"        // a helper asks for an old or a young person
	ActionKeyword      Action = "keyword"       // a phone asks for a status by short message
)

// Per says what a limit counts by.
type Per string

// What limits count by. The person of "look-other" and "ask-relation" is the
// one who asks; [PerSubject] is the one who is asked for.
const (
	PerPerson  Per = "person"
	PerSubject Per = "subject"
	PerPhone   Per = "phone"
	PerAddress Per = "address"
	PerStaff   Per = "staff"
)

// Limit allows an action Max times within each window of the clock: each
// minute, hour or, for a Window of 24 hours, each calendar day.
type Limit struct {
	Action Action
	Per    Per
	Window time.Duration
	Max    int
}

const day = 24 * time.Hour

// Limits lists every limit. Those per address leave room for a household, an
// office or a campus behind one address.
var Limits = []Limit{
	{ActionSendCode, PerPhone, time.Minute, 1},
	{ActionSendCode, PerPhone, time.Hour, 5},
	{ActionSendCode, PerPhone, day, 10},
	{ActionSendCode, PerPerson, day, 10},
	{ActionSendCode, PerAddress, time.Hour, 60},
	{ActionSendCode, PerAddress, day, 300},
	{ActionTryCode, PerPerson, day, 50},
	{ActionTryCode, PerAddress, time.Hour, 120},
	{ActionRegister, PerPhone, day, 5},
	{ActionRegister, PerAddress, time.Hour, 60},
	{ActionAskRelation, PerPerson, day, 10},
	{ActionAskRelation, PerSubject, day, 10},
	{ActionLookOther, PerPerson, time.Hour, 60},
	{ActionLookOther, PerSubject, day, 200},
	{ActionPrintPaper, PerPerson, day, 20},
	{ActionPrintPaper, PerSubject, day, 10},
	{ActionTryNumber, PerStaff, time.Hour, 60},
	{ActionAssist, PerPerson, day, 20},
	{ActionAssist, PerSubject, day, 10},
	{ActionAssist, PerStaff, time.Hour, 60},
	{ActionKeyword, PerPhone, time.Minute, 1},
	{ActionKeyword, PerPhone, time.Hour, 5},
	{ActionKeyword, PerPhone, day, 20},
	{ActionCertificate, PerPerson, day, 40},
	{ActionChangePhone, PerPerson, day, 20},
	{ActionChangePhone, PerAddress, time.Hour, 60},
	{ActionReplacePhone, PerStaff, time.Hour, 30},
	{ActionReplacePhone, PerStaff, day, 100},
	{ActionReplacePhone, PerSubject, day, 5},
}

// LimitsOf lists the limits of an action.
func LimitsOf(action Action) []Limit {
	var list []Limit
	for _, l := range Limits {
		if l.Action == action {
			list = append(list, l)
		}
	}
	return list
}

// Key names the counter of a value. The value is a keyed hash or an id, never a
// phone number in the clear.
func (l Limit) Key(value string) string {
	return fmt.Sprintf("%s/%s/%s/%s", l.Action, l.Per, l.Window, value)
}

// Start returns the beginning of the window in which now lies. Days are those
// of now's time zone.
func (l Limit) Start(now time.Time) time.Time {
	if l.Window == day {
		return DateOf(now).In(now.Location())
	}
	return now.Truncate(l.Window)
}

// End returns the end of the window in which now lies.
func (l Limit) End(now time.Time) time.Time {
	if l.Window == day {
		return l.Start(now).AddDate(0, 0, 1)
	}
	return l.Start(now).Add(l.Window)
}

// Check allows the action or refuses it with a [TooOften]. Count includes the
// action that is being asked for.
func (l Limit) Check(count int, now time.Time) error {
	if count <= l.Max {
		return nil
	}
	wait := l.End(now).Sub(now)
	text := waitText(wait)
	return &TooOften{Limit: l, RetryAfter: wait, err: refuse(CodeTooOften, "", text.ZH, text.EN)}
}

// TooOften is the refusal of an action that was done too often. It wraps a
// [healthcode.Error] with the code too_often.
type TooOften struct {
	Limit      Limit
	RetryAfter time.Duration
	err        *healthcode.Error
}

// Error names the limit and says when to try again.
func (e *TooOften) Error() string {
	return fmt.Sprintf("%s per %s: %v", e.Limit.Action, e.Limit.Per, e.err)
}

// Unwrap returns what may be shown.
func (e *TooOften) Unwrap() error { return e.err }

// waitText says a waiting time in whole units, rounded up.
func waitText(d time.Duration) healthcode.Text {
	unit := func(n time.Duration, zh, one, many string) healthcode.Text {
		if n == 1 {
			many = one
		}
		return healthcode.Text{ZH: fmt.Sprintf("%d %s", n, zh), EN: fmt.Sprintf("%d %s", n, many)}
	}
	switch {
	case d <= time.Minute:
		return unit((d+time.Second-1)/time.Second, "秒", "second", "seconds")
	case d <= time.Hour:
		return unit((d+time.Minute-1)/time.Minute, "分钟", "minute", "minutes")
	}
	return unit((d+time.Hour-1)/time.Hour, "小时", "hour", "hours")
}

// AddressKey returns what limits count an address by: an IPv4 address, or the
// /64 of an IPv6 one, since a household has that many.
func AddressKey(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, _ := a.Prefix(64)
		return p.Masked().String()
	}
	return a.String()
}
