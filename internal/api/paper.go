package api

import (
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) paperRoutes() []Route {
	mine := forRoles(residents)
	const relation = "With relation it is the code of the person that this relation of the resident's is about, who sees it among the looks."
	return []Route{
		handle(http.MethodGet, "/v1/me/codes/{jurisdiction}/paper", "list-paper", "The codes on paper, void ones too", s.listPaper, mine, about(relation)),
		handle(http.MethodPost, "/v1/me/codes/{jurisdiction}/paper", "print-paper", "Print a code on paper; the one before is void at once", s.printPaper, mine,
			about("The text is given once and kept nowhere: draw it as a QR code and print it. It says nothing of the person, shows no state, and lasts 180 days. "+relation)),
		do(http.MethodDelete, "/v1/me/codes/{jurisdiction}/paper", "lose-paper", "The code on paper is lost: it is void at once", s.losePaper, mine, about(relation)),
		handle(http.MethodGet, "/v1/me/results/{jurisdiction}", "list-results", "The resident's tests and vaccinations, the newest first", s.listResults, mine,
			about("That nothing has arrived doesn't mean that nothing was done.")),
	}
}

type paperInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Relation     string `query:"relation" maxLength:"64" doc:"Of a person whom the resident acts for; absent for the resident's own"`
}

// Paper is a code on paper, without what is printed.
type Paper struct {
	Issued  time.Time  `json:"issued"`
	Expires time.Time  `json:"expires"`
	Void    *time.Time `json:"void,omitempty" doc:"Lost, or replaced by a later one"`
	Stands  bool       `json:"stands"`
}

// Papers lists codes on paper, the oldest first.
type Papers struct {
	Name  string  `json:"name" doc:"Masked"`
	Codes []Paper `json:"codes"`
}

func (s *Server) listPaper(c *call, in *paperInput) (Papers, error) {
	name, codes, err := s.Status.Offline(c.ctx, c.actor, in.Jurisdiction, in.Relation)
	list := Papers{Name: name, Codes: []Paper{}}
	for _, o := range codes {
		list.Codes = append(list.Codes, Paper{o.Issued, o.Expires, at(o.Void), o.Stands(c.now())})
	}
	return list, err
}

// PrintedPaper is a code on paper as it is printed.
type PrintedPaper struct {
	Text    string    `json:"text" doc:"What the QR code says; it begins with HCO1:"`
	Name    string    `json:"name" doc:"Masked"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}

func (s *Server) printPaper(c *call, in *paperInput) (PrintedPaper, error) {
	sheet, err := s.Status.PrintOffline(c.ctx, c.actor, in.Jurisdiction, in.Relation)
	return PrintedPaper{sheet.Text, sheet.Name, sheet.Issued, sheet.Expires}, err
}

func (s *Server) losePaper(c *call, in *paperInput) error {
	return s.Status.LoseOffline(c.ctx, c.actor, in.Jurisdiction, in.Relation)
}

// Results lists tests and vaccinations.
type Results struct {
	Tests        []ResultFact `json:"tests"`
	Vaccinations []ResultFact `json:"vaccinations"`
}

// ResultFact is one record, and whether it stands.
type ResultFact struct {
	Fact      factBody   `json:"fact"`
	TakenBack *time.Time `json:"taken_back,omitempty" doc:"When its source took it back; absent where it stands"`
}

func (s *Server) listResults(c *call, in *inJurisdiction) (Results, error) {
	_, results, err := s.Status.Results(c.ctx, c.actor, in.Jurisdiction)
	return resultsBody(results), err
}

func resultsBody(results []status.Result) Results {
	list := Results{Tests: []ResultFact{}, Vaccinations: []ResultFact{}}
	for _, r := range results {
		entry := ResultFact{factBody{r.Fact}, at(r.TakenBack)}
		if r.Kind == healthcode.KindVaccination {
			list.Vaccinations = append(list.Vaccinations, entry)
		} else {
			list.Tests = append(list.Tests, entry)
		}
	}
	return list
}
