package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"time"

	"healthcode"
	"healthcode/internal/checkpoint"
	"healthcode/pass"
	"healthcode/policy"
)

// doorOffline is what a door keeps in case the server can't be reached: the public keys, and every
// decision that its venue can give. It holds nothing of any person.
type doorOffline struct {
	Venue        string                     `json:"venue"`
	Jurisdiction string                     `json:"jurisdiction"`
	Keys         json.RawMessage            `json:"keys"`
	Now          time.Time                  `json:"now"`   // the server's clock; the door's own may be wrong
	Until        time.Time                  `json:"until"` // when the policy ends
	FeverAt      float64                    `json:"fever_at"`
	Decisions    map[string]offlineDecision `json:"decisions"` // by state and temperature, such as green/normal
	Failures     map[pass.Code]string       `json:"failures"`
	NoNumber     string                     `json:"no_number"`
	Temperature  string                     `json:"temperature"` // what is wrong with one
}

type offlineDecision struct {
	Decision policy.Verdict `json:"decision"`
	HTML     string         `json:"html"`
}

// offlineData gives the door's script what it needs without a connection.
func offlineData(c *call) error {
	d, err := c.door()
	if err != nil {
		return err
	}
	keys, err := c.server.Status.PublicKeys(c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	data := doorOffline{Venue: d.venue.ID, Jurisdiction: c.policy.Jurisdiction, Keys: keys, Now: c.now, Until: c.policy.Until,
		FeverAt: c.policy.FeverAt, Decisions: map[string]offlineDecision{}, Failures: map[pass.Code]string{},
		NoNumber: in(c.lang, textDoorOfflineNumber), Temperature: in(c.lang, textDoorTemperatureWrong)}
	for code, text := range failureTexts {
		data.Failures[code] = in(c.lang, text)
	}
	states := []string{policy.StateNone, healthcode.StateHeld}
	for _, colour := range c.policy.Colours {
		states = append(states, colour.Colour)
	}
	normal, fever := c.policy.FeverAt-0.5, c.policy.FeverAt
	for _, state := range states {
		for name, temperature := range map[string]*float64{"unmeasured": nil, "normal": &normal, "fever": &fever} {
			decision, err := c.policy.Decide(d.venue.Kind, state, temperature)
			if err != nil {
				return fmt.Errorf("deciding for a door without a connection: %w", err)
			}
			// The script fills in the name, and takes away the flags that the pass doesn't have.
			html, err := c.fragment(doorDecision(c.view(), checkpoint.Answer{Decision: decision, State: state, Proxy: true, Unchecked: true}, true))
			if err != nil {
				return err
			}
			data.Decisions[state+"/"+name] = offlineDecision{decision.Decision, html}
		}
	}
	return c.json(http.StatusOK, data)
}

// doorWorker is the service worker. Its scope is the page of the door, which lies above its own address.
func doorWorker(c *call) error {
	file := c.server.assets.files[path.Base(c.server.assets.url("door-worker.js"))]
	h := c.w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Service-Worker-Allowed", "/door")
	c.w.Write(file.plain)
	return nil
}
