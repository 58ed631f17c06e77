package web

import (
	"net/http"

	"healthcode"
	"healthcode/internal/offline"
	"healthcode/internal/status"
)

func (s *Server) paperRoutes() []Route {
	var all []Route
	for _, of := range []string{"/in/{place}/offline", "/in/{place}/others/{relation}/offline"} {
		all = append(all,
			Route{Method: http.MethodGet, Pattern: of, Roles: residents, Handler: paperPage},
			Route{Method: http.MethodPost, Pattern: of, Roles: residents, Handler: printPaper},
			Route{Method: http.MethodPost, Pattern: of + "/pdf", Roles: residents, Handler: paperPDF},
			Route{Method: http.MethodPost, Pattern: of + "/lost", Roles: residents, Handler: losePaper})
	}
	return all
}

// paper is what the page of codes on paper shows.
type paper struct {
	path   string // of the page
	name   string // masked, where it is another's; "" for one's own
	codes  []healthcode.OfflineCode
	stands bool
	lost   bool // it has just been made void
}

// paperPath is the page of codes on paper, one's own or that of a relation.
func (c *call) paperPath() string {
	if id := c.r.PathValue("relation"); id != "" {
		return c.in("others/" + id + "/offline")
	}
	return c.in("offline")
}

func paperPage(c *call) error {
	relation := c.r.PathValue("relation")
	name, codes, err := c.server.Status.Offline(c.ctx, c.actor, c.policy.Jurisdiction, relation)
	if err != nil {
		return err
	}
	p := paper{path: c.paperPath(), codes: codes, lost: c.r.URL.Query().Has("lost")}
	if relation != "" {
		p.name = name
	}
	for _, code := range codes {
		p.stands = p.stands || code.Stands(c.now)
	}
	return c.page(http.StatusOK, paperView(c.view(), p))
}

// printPaper answers at once: what is printed is kept nowhere, so no other page could show it.
func printPaper(c *call) error {
	sheet, err := c.server.Status.PrintOffline(c.ctx, c.actor, c.policy.Jurisdiction, c.r.PathValue("relation"))
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, sheetView(c.view(), c.paperPath(), sheet))
}

func paperPDF(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	sheet, err := c.server.Status.OfflineSheet(c.ctx, c.actor, c.policy.Jurisdiction, c.r.PathValue("relation"), c.value("code"))
	if err != nil {
		return err
	}
	return c.sendPDF(sheet)
}

func (c *call) sendPDF(sheet status.OfflineSheet) error {
	data, err := offline.PDF(paperSheet(c.view(), sheet))
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/pdf")
	c.w.Header().Set("Content-Disposition", `attachment; filename="offline-code.pdf"`)
	c.w.Write(data) // who went away doesn't miss it
	return nil
}

func losePaper(c *call) error {
	if err := c.server.Status.LoseOffline(c.ctx, c.actor, c.policy.Jurisdiction, c.r.PathValue("relation")); err != nil {
		return err
	}
	return c.redirect(c.paperPath() + "?lost=1")
}

// paperSheet puts the words on the paper, the same on the page and in the PDF.
func paperSheet(v view, s status.OfflineSheet) offline.Sheet {
	both := func(t healthcode.Text, arg func(healthcode.Language) string) healthcode.Text {
		return healthcode.Text{ZH: in(healthcode.ZH, t, arg(healthcode.ZH)), EN: in(healthcode.EN, t, arg(healthcode.EN))}
	}
	expires := s.Expires.In(v.now.Location())
	return offline.Sheet{Code: s.Text, Name: s.Name, Made: s.Issued,
		Title: both(textPaperTitle, s.Policy.Name.In),
		Until: both(textPaperUntil, func(l healthcode.Language) string { return day(l, expires) }),
		Lines: []healthcode.Text{textPaperUse, textPaperLose1, textPaperOrder}}
}

// line says what became of a code that was printed.
func (p paper) line(v view, c healthcode.OfflineCode) string {
	switch {
	case c.Stands(v.now):
		return v.say(textPaperStands, v.moment(c.Issued), v.day(c.Expires))
	case c.Void.IsZero():
		return v.say(textPaperVoid, v.moment(c.Issued), v.moment(c.Expires))
	}
	return v.say(textPaperVoid, v.moment(c.Issued), v.moment(c.Void))
}

func (p paper) title(v view) string {
	if p.name != "" {
		return v.say(textPaperOf, p.name)
	}
	return v.say(textPaper)
}
