package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"healthcode"
	"healthcode/pass"
	"healthcode/policy"
)

// doorReply is what the door's script is told: the decision as data, for sound
// and vibration, and as it is shown.
type doorReply struct {
	Decision  policy.Verdict `json:"decision"`
	Grounds   []string       `json:"grounds"`
	Text      string         `json:"text"`
	State     string         `json:"state"`
	Name      string         `json:"name,omitempty"` // masked
	Until     *time.Time     `json:"until,omitempty"`
	Proxy     bool           `json:"proxy"`
	Unchecked bool           `json:"unchecked"`
	Failure   pass.Code      `json:"failure,omitempty"`
	At        time.Time      `json:"at"`
	Again     string         `json:"again,omitempty"` // decides once the temperature is known
	HTML      string         `json:"html"`            // the decision
	Recent    string         `json:"recent"`          // the list of the last ones
}

// doorFault is the reply where the form has to be corrected.
type doorFault struct {
	Code  healthcode.Code `json:"code"`
	Field string          `json:"field"`
	Text  string          `json:"text"`
}

// doorScan decides for the door's script: the same form, and an answer that needs no new page.
func doorScan(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if _, err := c.door(); err != nil {
		return err
	}
	answer, err := c.decide(c.scan())
	if err != nil {
		faults := formErrors(err)
		if len(faults) == 0 {
			return err
		}
		return c.json(statusOf(err), doorFault{healthcode.CodeOf(err), faults[0].field, in(c.lang, faults[0].text)})
	}
	recent, err := c.server.Checkpoint.Recent(c.ctx, c.actor, recentDecisions)
	if err != nil {
		return err
	}
	reply := doorReply{Decision: answer.Decision.Decision, Grounds: answer.Grounds, Text: in(c.lang, answer.Text), State: answer.State,
		Name: answer.Name, Proxy: answer.Proxy, Unchecked: answer.Unchecked, Failure: answer.Failure, At: answer.At, Again: answer.Again}
	if !answer.Until.IsZero() {
		reply.Until = &answer.Until
	}
	if reply.HTML, err = c.fragment(doorDecision(c.view(), answer, false)); err != nil {
		return err
	}
	if reply.Recent, err = c.fragment(doorRecent(c.view(), recent)); err != nil {
		return err
	}
	return c.json(http.StatusOK, reply)
}

func (c *call) fragment(component templ.Component) (string, error) {
	var b bytes.Buffer
	err := component.Render(c.ctx, &b)
	return b.String(), err
}

func (c *call) json(status int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	c.w.Write(data) // who went away doesn't miss it
	return nil
}
