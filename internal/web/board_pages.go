package web

import (
	"net/http"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/board"
)

func (s *Server) boardRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/board", Handler: boardPage},
		{Method: http.MethodGet, Pattern: "/staff/board", Roles: authorities, Handler: ofStaff(staffBoardPage)},
		{Method: http.MethodPost, Pattern: "/staff/board", Roles: authorities, Handler: ofStaff(publishBulletin)},
		{Method: http.MethodPost, Pattern: "/staff/board/sites", Roles: authorities, Handler: ofStaff(replaceSites), MaxBody: 8 << 20},
		{Method: http.MethodPost, Pattern: "/staff/board/withdraw/{id}", Roles: authorities, Handler: ofStaff(withdrawBulletin)},
	}
}

func boardPage(c *call) error {
	b, err := c.server.Board.Of(c.ctx, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, boardView(c.view(), b))
}

// staffBoard is what the authority's page of the board shows.
type staffBoard struct {
	list   []healthcode.Bulletin
	sites  int
	values map[string]string // of the form as it was typed
	done   bool
	errors []fieldError
	lines  []board.LineError
}

func (c *call) staffBoard(status int, b staffBoard) error {
	var err error
	if b.list, err = c.server.Board.All(c.ctx, c.actor); err != nil {
		return err
	}
	shown, err := c.server.Board.Of(c.ctx, c.actor.Jurisdiction)
	if err != nil {
		return err
	}
	b.sites, b.done = len(shown.Sites), c.r.URL.Query().Has("done")
	return c.page(status, staffBoardView(c.view(), b))
}

func staffBoardPage(c *call) error { return c.staffBoard(http.StatusOK, staffBoard{}) }

func publishBulletin(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	b := staffBoard{values: map[string]string{}}
	for _, name := range []string{"title_zh", "title_en", "body_zh", "body_en", "from", "until"} {
		b.values[name] = c.value(name)
	}
	draft := board.Draft{Title: healthcode.Text{ZH: b.values["title_zh"], EN: b.values["title_en"]},
		Body: healthcode.Text{ZH: b.values["body_zh"], EN: b.values["body_en"]}}
	for name, t := range map[string]*time.Time{"from": &draft.From, "until": &draft.Until} {
		typed := b.values[name]
		if *t = typedTime(typed, c.location()); typed != "" && t.IsZero() {
			b.errors = append(b.errors, fieldError{name, textBadDay})
		}
	}
	if !draft.Until.IsZero() {
		draft.Until = draft.Until.AddDate(0, 0, 1) // to the end of the day
	}
	if len(b.errors) > 0 {
		return c.staffBoard(http.StatusUnprocessableEntity, b)
	}
	if _, err := c.server.Board.Publish(c.ctx, c.actor, draft); err != nil {
		if b.errors = formErrors(err); b.errors == nil {
			return err
		}
		return c.staffBoard(statusOf(err), b)
	}
	return c.redirect("/staff/board?done=1")
}

func withdrawBulletin(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	err := c.server.Board.Withdraw(c.ctx, c.actor, c.r.PathValue("id"), healthcode.Text{ZH: c.value("why_zh"), EN: c.value("why_en")})
	if err != nil {
		errors := formErrors(err)
		if errors == nil || statusOf(err) == http.StatusNotFound {
			return err
		}
		return c.staffBoard(statusOf(err), staffBoard{errors: []fieldError{{"", errors[0].text}}})
	}
	return c.redirect("/staff/board?done=1")
}

func replaceSites(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	data, err := c.file("sites")
	if err != nil {
		return err
	}
	_, lines, err := c.server.Board.ReplaceSites(c.ctx, c.actor, data)
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		return c.staffBoard(http.StatusUnprocessableEntity, staffBoard{lines: lines})
	}
	return c.redirect("/staff/board?done=1")
}

// bulletinWords say from when until when a bulletin holds, and whether it is past or withdrawn.
func bulletinWords(v view, b healthcode.Bulletin) (words []string) {
	if b.Until.IsZero() {
		words = append(words, v.say(textBulletinFrom, v.moment(b.From)))
	} else {
		words = append(words, v.say(textBulletinSpan, v.moment(b.From), v.moment(b.Until)))
	}
	switch board.State(b, v.now) {
	case "withdrawn":
		words = append(words, v.say(textWithdrawnOn, v.moment(b.Withdrawn), v.say(b.Why)))
	case "past":
		words = append(words, v.say(textPastBulletin))
	case "planned":
		words = append(words, v.say(textPlannedFor))
	}
	return words
}

func siteColumns() string { return strings.Join(board.Columns, ",") }
