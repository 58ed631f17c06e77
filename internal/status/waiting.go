package status

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"healthcode"
)

// A door that has taken a code may have to measure a temperature before it decides. What it was shown waits
// meanwhile, sealed, since the code itself may expire before the thermometer has an answer.
const (
	waitingPrefix = "waiting."
	waitingLife   = 2 * time.Minute
)

// Waiting is a code that a door has taken.
type Waiting struct {
	Venue     string
	Person    healthcode.PersonID
	Visit     string    // the same for each scan of one code
	Shown     time.Time // when the code was issued
	Name      string    // masked
	Proxy     bool
	Unchecked bool
	Until     time.Time
}

// IsWaiting tells the text of [Service.Wait] from a pass and a number.
func IsWaiting(text string) bool { return strings.HasPrefix(text, waitingPrefix) }

// Wait returns the text that stands for a taken code at its venue for two minutes.
func (s *Service) Wait(w Waiting) (string, error) {
	w.Until = s.clock.Now().Add(waitingLife)
	plain, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	sealed, err := s.sealer.Seal(plain, waitingAt(w.Venue))
	if err != nil {
		return "", fmt.Errorf("keeping a code until the temperature is known: %w", err)
	}
	return waitingPrefix + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Waited opens the text of [Service.Wait]; ok is false where it is another venue's, too old or no such text.
func (s *Service) Waited(text, venue string) (w Waiting, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(text, waitingPrefix))
	if err != nil {
		return w, false
	}
	plain, err := s.sealer.Open(sealed, waitingAt(venue))
	if err != nil || json.Unmarshal(plain, &w) != nil {
		return Waiting{}, false
	}
	return w, s.clock.Now().Before(w.Until)
}

func waitingAt(venue string) []byte { return []byte("waiting at " + venue) }
