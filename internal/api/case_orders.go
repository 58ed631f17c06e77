package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
	"healthcode/internal/casework"
)

// maxOrders bounds one upload of work orders, in bytes: some 150,000 lines.
const maxOrders = 32 << 20

func (s *Server) orderRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/orders", "send-orders", "Open a case for each work order", s.sendOrders,
			forRoles(caseworkers), body(maxOrders), within(factsTimeout),
			reads(map[string]*huma.Schema{"text/csv": {Type: huma.TypeString,
				Description: "The first line names the columns: document, reason, area, note, and where needed type, country, stays"}}),
			about("Each line is told what became of it. A line that is wrong is refused by its number, and the others are kept. "+
				"Sending the same file again changes nothing.")),
	}
}

// OrdersSent says what became of a file of work orders.
type OrdersSent struct {
	Opened     int         `json:"opened" doc:"New cases"`
	Joined     int         `json:"joined" doc:"Noted in the open case about the same person and reason"`
	Duplicates int         `json:"duplicates" doc:"The same line was there already"`
	Refused    int         `json:"refused"`
	Lines      []OrderLine `json:"lines" doc:"In the file's order"`
}

// OrderLine says what became of one line.
type OrderLine struct {
	Line   int              `json:"line" doc:"The header is line 1"`
	Result string           `json:"result" enum:"opened,joined,duplicate,refused"`
	Case   string           `json:"case,omitempty"`
	Text   *healthcode.Text `json:"text,omitempty" doc:"Why it was refused"`
}

func (s *Server) sendOrders(c *call, _ *inJurisdiction) (OrdersSent, error) {
	sent := OrdersSent{Lines: []OrderLine{}}
	if err := c.accept("text/csv"); err != nil {
		return sent, err
	}
	err := s.Cases.Orders(c.ctx, c.actor, c.r.Body, func(r casework.OrderResult) error {
		line := OrderLine{Line: r.Line, Result: r.Result, Case: r.Case}
		switch r.Result {
		case casework.OrderOpened:
			sent.Opened++
		case casework.OrderJoined:
			sent.Joined++
		case casework.OrderDuplicate:
			sent.Duplicates++
		default:
			sent.Refused++
			line.Text = &r.Text
		}
		sent.Lines = append(sent.Lines, line)
		return nil
	})
	return sent, bodyError(err)
}
