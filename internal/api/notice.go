package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/board"
)

func (s *Server) noticeRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/notices/{jurisdiction}", "list-my-notices", "What the resident was told of changes of the status, the newest first", s.myNotices, mine),
		do(http.MethodPost, "/v1/me/notices/{jurisdiction}/read", "read-my-notices", "Mark notices as read", s.readNotices, mine),
		handle(http.MethodGet, "/v1/me/notices/{jurisdiction}/setting", "get-notice-setting", "How the resident is told beside the page", s.noticeSetting, mine),
		do(http.MethodPut, "/v1/me/notices/{jurisdiction}/setting", "set-notice-setting", "Say how to be told beside the page", s.setNoticeSetting, mine),
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/board", "get-board", "Notices to the public, test sites and the rules in force", s.board, public, cacheable),
		document(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/feed", "get-feed", "The notices to the public as a JSON Feed 1.1", []string{"application/feed+json"}, s.feed, public, cacheable,
			about("Of each notice both languages; the address of the item is that of the page.")),
		handle(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/bulletins", "publish-bulletin", "Publish a notice to the public", s.publishBulletin, forRoles(authorities)),
		do(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/bulletins/{id}/withdraw", "withdraw-bulletin", "Withdraw a notice to the public; it stays visible as withdrawn", s.withdrawBulletin, forRoles(authorities)),
	}
}

// Notice is something that the resident was told.
type Notice struct {
	ID        string                `json:"id"`
	Kind      healthcode.NoticeKind `json:"kind" enum:"changed,ahead,trip"`
	At        time.Time             `json:"at"`
	Effective time.Time             `json:"effective" doc:"When what it says begins"`
	Until     *time.Time            `json:"until,omitempty"`
	State     string                `json:"state"`
	Holds     []string              `json:"holds"`
	Worse     bool                  `json:"worse"`
	Title     healthcode.Text       `json:"title"`
	Body      healthcode.Text       `json:"body"`
	Read      *time.Time            `json:"read,omitempty"`
}

// Notices lists notices, the newest first.
type Notices struct {
	Notices []Notice `json:"notices"`
}

const shownNotices = 200

func (s *Server) myNotices(c *call, in *inJurisdiction) (Notices, error) {
	all, err := s.Notices.Of(c.ctx, c.actor, in.Jurisdiction, shownNotices)
	list := Notices{Notices: make([]Notice, len(all))}
	for i, n := range all {
		list.Notices[i] = Notice{n.ID, n.Kind, n.At, n.Effective, at(n.Until), n.State, append([]string{}, n.Holds...), n.Worse, n.Title, n.Body, at(n.Read)}
	}
	return list, err
}

type readInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Until time.Time `json:"until,omitzero" doc:"Those made until then; absent for all"`
	}
}

func (s *Server) readNotices(c *call, in *readInput) error {
	_, err := s.Notices.Read(c.ctx, c.actor, in.Jurisdiction, in.Body.Until)
	return err
}

// NoticeSetting is how a resident is told. The page tells everything in any case.
type NoticeSetting struct {
	Messages healthcode.MessageWish `json:"messages" enum:"all,worse,none" doc:"Which notices come by short message"`
	Push     bool                   `json:"push" doc:"Also by the jurisdiction's webhook"`
	Subject  string                 `json:"subject,omitempty" readOnly:"true" doc:"The name by which that webhook knows the resident; absent where there is none"`
}

func (s *Server) noticeSetting(c *call, in *inJurisdiction) (NoticeSetting, error) {
	set, subject, err := s.Notices.Setting(c.ctx, c.actor, in.Jurisdiction)
	return NoticeSetting{set.Messages, set.Push, subject}, err
}

type settingInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Messages healthcode.MessageWish `json:"messages" enum:"all,worse,none"`
		Push     bool                   `json:"push,omitempty"`
	}
}

func (s *Server) setNoticeSetting(c *call, in *settingInput) error {
	return s.Notices.Set(c.ctx, c.actor, healthcode.NoticeSetting{Jurisdiction: in.Jurisdiction, Messages: in.Body.Messages, Push: in.Body.Push})
}

// BoardBody is what a jurisdiction tells the public.
type BoardBody struct {
	Bulletins []Bulletin  `json:"bulletins" doc:"The newest first; past and withdrawn ones too"`
	Sites     []TestSite  `json:"sites"`
	Policy    string      `json:"policy" example:"2022-04"`
	Since     time.Time   `json:"since" doc:"From when the policy is in force"`
	Until     time.Time   `json:"until"`
	Rules     []BoardRule `json:"rules"`
}

// Bulletin is a notice to the public.
type Bulletin struct {
	ID        string           `json:"id"`
	State     string           `json:"state" enum:"planned,current,past,withdrawn"`
	Title     healthcode.Text  `json:"title"`
	Body      healthcode.Text  `json:"body"`
	From      time.Time        `json:"from"`
	Until     *time.Time       `json:"until,omitempty"`
	Withdrawn *time.Time       `json:"withdrawn,omitempty"`
	Why       *healthcode.Text `json:"why,omitempty" doc:"Why it was withdrawn"`
}

// TestSite is where people can be tested.
type TestSite struct {
	ID      string          `json:"id"`
	Area    string          `json:"area" example:"110105"`
	Name    healthcode.Text `json:"name"`
	Address healthcode.Text `json:"address"`
	Hours   string          `json:"hours"`
	Phone   string          `json:"phone,omitempty"`
}

// BoardRule is a hold or a colour of the policy in force.
type BoardRule struct {
	Name  healthcode.Text `json:"name"`
	Means healthcode.Text `json:"means"`
}

func (s *Server) bulletin(b healthcode.Bulletin, now time.Time) Bulletin {
	out := Bulletin{ID: b.ID, State: board.State(b, now), Title: b.Title, Body: b.Body, From: b.From, Until: at(b.Until), Withdrawn: at(b.Withdrawn)}
	if out.Withdrawn != nil {
		out.Why = &b.Why
	}
	return out
}

func (s *Server) board(c *call, in *inJurisdiction) (BoardBody, error) {
	b, err := s.Board.Of(c.ctx, in.Jurisdiction)
	if err != nil {
		return BoardBody{}, err
	}
	out := BoardBody{Bulletins: []Bulletin{}, Sites: []TestSite{}, Rules: []BoardRule{}, Policy: b.Policy.Version, Since: b.Policy.From, Until: b.Policy.Until}
	for _, n := range b.Bulletins {
		out.Bulletins = append(out.Bulletins, s.bulletin(n, c.now()))
	}
	for _, site := range b.Sites {
		out.Sites = append(out.Sites, TestSite{site.ID, site.Area, site.Name, site.Address, site.Hours, site.Phone})
	}
	for _, r := range b.Rules {
		out.Rules = append(out.Rules, BoardRule(r))
	}
	return out, nil
}

// feedItem is one of JSON Feed 1.1 (jsonfeed.org/version/1.1).
type feedItem struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Text      string    `json:"content_text"`
	Published time.Time `json:"date_published"`
	Modified  time.Time `json:"date_modified"`
	Language  string    `json:"language"`
	Tags      []string  `json:"tags"`
}

func (s *Server) feed(c *call, in *inJurisdiction) (file, error) {
	b, err := s.Board.Of(c.ctx, in.Jurisdiction)
	if err != nil {
		return file{}, err
	}
	feed := struct {
		Version string     `json:"version"`
		Title   string     `json:"title"`
		Items   []feedItem `json:"items"`
	}{"https://jsonfeed.org/version/1.1", b.Policy.Name.ZH + " · " + b.Policy.Name.EN, []feedItem{}}
	for _, n := range b.Bulletins {
		for _, l := range healthcode.Languages {
			state := board.State(n, c.now())
			item := feedItem{ID: fmt.Sprintf("%s/%s", n.ID, l), Title: n.Title.In(l), Text: n.Body.In(l), Published: n.From, Modified: n.From, Language: string(l), Tags: []string{state}}
			if state == "withdrawn" {
				item.Modified = n.Withdrawn
				item.Title = map[healthcode.Language]string{healthcode.ZH: "（已撤回）", healthcode.EN: "(withdrawn) "}[l] + item.Title
				item.Text = n.Why.In(l) + "\n\n" + item.Text
			}
			feed.Items = append(feed.Items, item)
		}
	}
	data, err := json.Marshal(feed)
	return file{"application/feed+json", data}, err
}

type bulletinInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Title healthcode.Text `json:"title"`
		Body  healthcode.Text `json:"body"`
		From  time.Time       `json:"from,omitzero" doc:"Absent for now"`
		Until time.Time       `json:"until,omitzero" doc:"Absent for until it is withdrawn"`
	}
}

func (s *Server) publishBulletin(c *call, in *bulletinInput) (Bulletin, error) {
	b, err := s.Board.Publish(c.ctx, c.actor, board.Draft{Title: in.Body.Title, Body: in.Body.Body, From: in.Body.From, Until: in.Body.Until})
	return s.bulletin(b, c.now()), err
}

type withdrawInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
	Body         struct {
		Why healthcode.Text `json:"why"`
	}
}

func (s *Server) withdrawBulletin(c *call, in *withdrawInput) error {
	return s.Board.Withdraw(c.ctx, c.actor, in.ID, in.Body.Why)
}
