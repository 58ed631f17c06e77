package certificatecmd

import (
	"errors"
	"fmt"
	"time"

	"healthcode/certificate"
)

func (c *command) verify(args []string) int {
	o, err := c.parse("verify", args)
	if err != nil {
		return c.bad("verify: %v", err)
	}
	trust, err := c.trustList(o.trust)
	if err != nil {
		return c.cannot(err)
	}
	if o.jsonl {
		return c.verifyLines(o, trust)
	}
	data, err := c.read(o.file)
	if err != nil {
		return c.cannot(err)
	}
	report := judge(data, trust, o.at)
	if err := c.print(report); err != nil {
		return c.cannot(err)
	}
	if !report.OK {
		return exitNotValid
	}
	return exitValid
}

// judge verifies the certificate in a text or a picture.
func judge(data []byte, trust *certificate.TrustList, at time.Time) certificate.Report {
	text, err := certificateText(data)
	if err != nil {
		f := &certificate.Failure{Stage: certificate.NotHC1, Reason: err.Error()}
		return (&certificate.Result{Failures: []*certificate.Failure{f}}).Report()
	}
	verifier := certificate.Verifier{Trust: trust}
	return verifier.Verify(text, at).Report()
}

var errNoCode = errors.New("reading the picture: no QR code was found in it; give a sharper one, or the text of the code")

// trustShown is what "certificate trust" prints.
type trustShown struct {
	Published *time.Time `json:"published,omitempty"`
	AgeDays   *int       `json:"age_days,omitempty"` // since it was published
	certificate.ImportReport
	Keys    int        `json:"keys"`
	Expired int        `json:"expired"`
	List    []keyShown `json:"list"`
}

type keyShown struct {
	KeyID    string     `json:"kid"`
	Country  string     `json:"country,omitempty"`
	Subject  string     `json:"subject,omitempty"`
	NotAfter *time.Time `json:"not_after,omitempty"`
	Expired  bool       `json:"expired"`
	Source   string     `json:"source,omitempty"`
}

func (c *command) showTrust(args []string) int {
	o, err := c.parse("trust", args)
	if err != nil {
		return c.bad("trust: %v", err)
	}
	if o.jsonl || len(o.trust) > 0 {
		return c.bad("trust: it takes --at and one file")
	}
	data, err := c.read(o.file)
	if err != nil {
		return c.cannot(err)
	}
	list, report, err := readTrust(data)
	if err != nil {
		return c.cannot(fmt.Errorf("%s: %w", o.file, err))
	}
	shown := trustShown{ImportReport: *report, Keys: list.Len(), Expired: len(list.Expired(o.at)), List: []keyShown{}}
	if !list.Published.IsZero() {
		days := int(o.at.Sub(list.Published).Hours() / 24)
		shown.Published, shown.AgeDays = &list.Published, &days
	}
	for _, k := range list.Keys() {
		one := keyShown{KeyID: k.IDText(), Country: k.Country, Subject: k.Subject, Expired: k.Expired(o.at), Source: k.Source}
		if !k.NotAfter.IsZero() {
			one.NotAfter = &k.NotAfter
		}
		shown.List = append(shown.List, one)
	}
	if err := c.print(shown); err != nil {
		return c.cannot(err)
	}
	return exitValid
}
