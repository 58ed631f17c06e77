package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/intake"
)

const (
	maxFacts      = 256 << 20 // bytes of one stream, about a million facts
	maxLineErrors = 1000      // told one by one
	factsTimeout  = 10 * time.Minute
)

func (s *Server) factRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/facts", "send-facts", "Send facts, one a line", s.sendFacts,
			forRoles(feeds), body(maxFacts), within(factsTimeout),
			reads(map[string]*huma.Schema{"application/x-ndjson": {Type: huma.TypeString, Description: "One fact a line (NDJSON), each with its person"}}),
			about("A line that is wrong is refused by its number and the other lines are stored. Sending the same facts again changes nothing, "+
				"so after an interruption send everything again. A lab sends as its own source alone, takes back only its own facts, and sends no declarations; "+
				"an authority sends as any source but person, caseworker and venue. Nobody sends lifts: two officers make them (propose-change). "+
				"A line is refused as stopped where the account has changed the codes of too many people within a day: a third person must agree first.")),
	}
}

// FactsSent says what became of the lines.
type FactsSent struct {
	Lines      int         `json:"lines" doc:"Read"`
	Stored     int         `json:"stored" doc:"New facts; they survive a power cut"`
	Duplicates int         `json:"duplicates" doc:"The same fact was there already"`
	Conflicts  int         `json:"conflicts" doc:"Source and id are taken by a fact with other content"`
	Refused    int         `json:"refused" doc:"The line itself is wrong"`
	Errors     []LineError `json:"errors" doc:"Of the first 1,000 lines that weren't stored"`
}

// LineError says what is wrong with one line.
type LineError struct {
	Line int             `json:"line" doc:"From 1"`
	Code healthcode.Code `json:"code"`
	Text healthcode.Text `json:"text" doc:"The field and what to do"`
}

func (s *Server) sendFacts(c *call, in *inJurisdiction) (FactsSent, error) {
	p, err := s.Status.Policy(in.Jurisdiction)
	if err != nil {
		return FactsSent{}, err
	}
	if err := c.accept("application/x-ndjson", "application/json"); err != nil {
		return FactsSent{}, err
	}
	sent := FactsSent{Errors: []LineError{}}
	now := func() time.Time { return c.now().In(p.Location) }
	feed, err := s.Change.Feed(c.ctx, c.actor, in.Jurisdiction)
	if err != nil {
		return FactsSent{}, err
	}
	screened := newScreen(c.r.Body, c.actor, now(), feed.Allow)
	merger, err := s.Labs.Merger(in.Jurisdiction)
	if err != nil {
		return FactsSent{}, err
	}
	merger.Store = s.Store
	summary, err := intake.ImportFacts(c.ctx, screened, merger, intake.FactOptions{Now: now, Phones: identity.PhoneBook{Store: s.Store, Sealer: s.Sealer},
		Errors: func(line int, err error) {
			if len(sent.Errors) < maxLineErrors {
				sent.Errors = append(sent.Errors, lineError(line, err))
			}
		}})
	if err != nil {
		return FactsSent{}, bodyError(fmt.Errorf("taking facts in: %w", err))
	}
	sent.Lines, sent.Stored, sent.Duplicates = summary.Lines, summary.Stored, summary.Duplicates
	sent.Conflicts, sent.Refused = summary.Conflicts, summary.Refused+screened.refused
	sent.Errors = append(sent.Errors, screened.errors...)
	slices.SortStableFunc(sent.Errors, func(a, b LineError) int { return a.Line - b.Line })
	sent.Errors = sent.Errors[:min(len(sent.Errors), maxLineErrors)]
	return sent, nil
}

func lineError(line int, err error) LineError {
	var known *healthcode.Error
	if errors.As(err, &known) && known.Text.Complete() {
		text := known.Text
		if known.Field != "" {
			text = healthcode.Text{ZH: known.Field + "：" + text.ZH, EN: known.Field + ": " + text.EN}
		}
		return LineError{line, known.Code, text}
	}
	return LineError{line, healthcode.CodeInvalid, healthcode.Text{ZH: "这一行有错，请按英文说明修改：" + err.Error(), EN: err.Error()}}
}
