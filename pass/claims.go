package pass

import (
	"fmt"
	"math"
	"time"
)

const (
	// Prefix starts every pass.
	Prefix = "HCP1:"
	// MaxSize is the most bytes that the signed message has, before base45.
	MaxSize = 199
	// MaxJurisdiction and MaxState bound the bytes of the two words; with them and MaxName any pass fits MaxSize.
	MaxJurisdiction = 16
	MaxState        = 12

	// Lifetime is how long a pass is valid when its content does not say otherwise.
	Lifetime = 60 * time.Second
	// MaxLifetime is the longest that a pass can be valid. A picture of a pass works until it expires.
	MaxLifetime = 10 * time.Minute
	// Leeway is how far a pass may be issued ahead of a door's clock. Nothing is added to its end.
	Leeway = 5 * time.Second
)

// PersonID is the issuer's own id of a person.
type PersonID [16]byte

// ID is a pass id: a person id that only the issuer can open, different in each pass.
type ID [40]byte

// Content is what a pass is made of.
type Content struct {
	Person PersonID
	// State is "green", "yellow", "orange", "red", "held" or what else the policy calls a colour:
	// 1 to MaxState lower-case letters, digits and hyphens.
	State string
	// Name is the person's name; the pass shows MaskName of it.
	Name string
	// Proxy says that another person shows the pass.
	Proxy bool
	// Unchecked says that the person's identity has not been checked yet.
	Unchecked bool
	// Until is when the state ends; zero where that is not known.
	Until time.Time
	// Lifetime is how long the pass is valid, in whole seconds; 0 means the constant Lifetime.
	Lifetime time.Duration
}

// Claims is what a verified pass says. Times are whole seconds in UTC.
type Claims struct {
	Jurisdiction string
	State        string
	Issued       time.Time
	Expires      time.Time
	ID           ID
	Name         string // masked
	Proxy        bool   // another person shows it
	Unchecked    bool   // the identity has not been checked yet
	Until        time.Time

	// Of the device-bound form alone. Issued and Expires are then the credential's.
	Bound  bool
	Holder HolderKey
	Shown  time.Time // when the device signed
}

func checkWord(field, word string, limit int) error {
	if len(word) < 1 || len(word) > limit {
		return fmt.Errorf("%s %q has %d bytes; it may have 1 to %d", field, word, len(word), limit)
	}
	for _, c := range []byte(word) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("%s %q may only have a-z, 0-9 and hyphens", field, word)
		}
	}
	return nil
}

// seconds turns a time into the form of the pass, which holds 1970 to 2106.
func seconds(field string, t time.Time) (uint32, error) {
	unix := t.Unix()
	if unix < 0 || unix > math.MaxUint32 {
		return 0, fmt.Errorf("%s is %s; a pass can only say 1970 to 2106", field, t.Format(time.RFC3339))
	}
	return uint32(unix), nil
}

func (c Content) lifetime() (time.Duration, error) {
	if c.Lifetime == 0 {
		return Lifetime, nil
	}
	if c.Lifetime < time.Second || c.Lifetime > MaxLifetime || c.Lifetime%time.Second != 0 {
		return 0, fmt.Errorf("a lifetime of %v is not 1 s to %v in whole seconds", c.Lifetime, MaxLifetime)
	}
	return c.Lifetime, nil
}
