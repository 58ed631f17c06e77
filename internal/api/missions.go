package api

import (
	"fmt"
	"net/http"

	"healthcode"
	"healthcode/internal/boarding"
)

var consulars = []healthcode.Role{healthcode.RoleConsular}

func (s *Server) missionRoutes() []Route {
	const base = "/v1/missions/{mission}/applications"
	officers := forRoles(consulars)
	return []Route{
		handle(http.MethodGet, base, "list-mission-applications", "The applications of a mission in a state, the most urgent first", s.missionQueue, officers,
			about("It names nobody: who opens an application is on record.")),
		handle(http.MethodGet, base+"/{id}", "get-mission-application", "One application with its traveller and papers", s.missionFile, officers,
			about("The look is recorded first, and the traveller sees it.")),
		document(http.MethodGet, base+"/{id}/papers/{paper}", "get-mission-paper", "The file of a paper", boardingFiles, s.missionPaper, officers,
			about("The look is recorded first.")),
		handle(http.MethodPost, base+"/{id}/decision", "decide-application", "Say what the papers prove, and accept, correct or refuse", s.decideApplication, officers,
			about("Accepting needs that the rules are satisfied by what the papers prove. Of two officers who saw the same version one wins; the other gets a conflict.")),
		do(http.MethodPost, base+"/{id}/recusal", "recuse", "Give an application away for a conflict of interest", s.recuse, officers),
		do(http.MethodPost, base+"/{id}/revocation", "revoke-health-statement", "Revoke the statement that stands", s.revokeStatement, officers),
	}
}

type missionQueueInput struct {
	Mission string                      `path:"mission" maxLength:"40" example:"frankfurt"`
	State   healthcode.ApplicationState `query:"state" maxLength:"16" enum:"waiting,correction,accepted,refused" default:"waiting"`
}

// MissionQueue is what waits at a mission.
type MissionQueue struct {
	Counts       map[healthcode.ApplicationState]int `json:"counts" doc:"By state"`
	Late         int                                 `json:"late" doc:"Of the list: past the mission's own time"`
	Applications []BoardingApplication               `json:"applications" doc:"At most 100"`
}

func (s *Server) missionQueue(c *call, in *missionQueueInput) (MissionQueue, error) {
	q, err := s.Boarding.Queue(c.ctx, c.actor, in.State)
	return MissionQueue{q.Counts, q.Late, c.applications(q.List).Applications}, err
}

type missionFileInput struct {
	Mission string `path:"mission" maxLength:"40" example:"frankfurt"`
	ID      string `path:"id" maxLength:"64"`
}

func (s *Server) missionFile(c *call, in *missionFileInput) (BoardingApplication, error) {
	return c.applied(s.Boarding.File(c.ctx, c.actor, in.ID))
}

type missionPaperInput struct {
	Mission string `path:"mission" maxLength:"40" example:"frankfurt"`
	ID      string `path:"id" maxLength:"64"`
	Paper   string `path:"paper" maxLength:"64"`
}

func (s *Server) missionPaper(c *call, in *missionPaperInput) (file, error) {
	data, kind, err := s.Boarding.Paper(c.ctx, c.actor, in.ID, in.Paper)
	return file{kind, data}, err
}

// BoardingVerdict is what an officer says of one paper.
type BoardingVerdict struct {
	Paper    string            `json:"paper" maxLength:"64"`
	Accept   bool              `json:"accept" doc:"The officer read it; false: another one is needed"`
	Evidence *BoardingEvidence `json:"evidence,omitempty" doc:"What it proves, once it is accepted"`
	Why      string            `json:"why,omitempty" maxLength:"4000" doc:"What is wrong with it, for the traveller to read"`
}

type decideApplicationInput struct {
	Mission string `path:"mission" maxLength:"40" example:"frankfurt"`
	ID      string `path:"id" maxLength:"64"`
	Body    struct {
		Version int               `json:"version" doc:"That the officer saw"`
		Papers  []BoardingVerdict `json:"papers,omitempty" maxItems:"60"`
		Outcome string            `json:"outcome" maxLength:"16" example:"accept" doc:"accept, correct or refuse"`
		Why     string            `json:"why,omitempty" maxLength:"4000" doc:"Needed for a refusal"`
	}
}

func (s *Server) decideApplication(c *call, in *decideApplicationInput) (BoardingApplication, error) {
	d := boarding.Decision{Version: in.Body.Version, Outcome: in.Body.Outcome, Why: in.Body.Why}
	for n, v := range in.Body.Papers {
		verdict := boarding.Verdict{Paper: v.Paper, Accept: v.Accept, Why: v.Why}
		if v.Evidence != nil {
			var err error
			if verdict.Evidence, err = v.Evidence.evidence(); err != nil {
				return BoardingApplication{}, boarding.WithField(err, fmt.Sprintf("papers.%d.", n))
			}
		}
		d.Verdicts = append(d.Verdicts, verdict)
	}
	return c.applied(s.Boarding.Decide(c.ctx, c.actor, in.ID, d))
}

type missionActInput struct {
	Mission string `path:"mission" maxLength:"40" example:"frankfurt"`
	ID      string `path:"id" maxLength:"64"`
	Body    struct {
		Version int    `json:"version" doc:"That the officer saw"`
		Why     string `json:"why" maxLength:"4000"`
	}
}

func (s *Server) recuse(c *call, in *missionActInput) error {
	return s.Boarding.Recuse(c.ctx, c.actor, in.ID, in.Body.Version, in.Body.Why)
}

func (s *Server) revokeStatement(c *call, in *missionActInput) error {
	return s.Boarding.Revoke(c.ctx, c.actor, in.ID, in.Body.Version, in.Body.Why)
}
