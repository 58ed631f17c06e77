package web

import (
	"net/http"

	"healthcode"
)

func (s *Server) noticeRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/notices", Roles: residents, Handler: noticesPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/notices/read", Roles: residents, Handler: readNotices},
		{Method: http.MethodPost, Pattern: "/in/{place}/notices/setting", Roles: residents, Handler: setNotices},
	}
}

// told is what a person's page of notices shows.
type told struct {
	list    []healthcode.Notice
	setting healthcode.NoticeSetting
	subject string // by which the jurisdiction's webhook knows the person; "" = there is none
	done    bool
	errors  []fieldError
}

const shownNotices = 100

func (c *call) told() (t told, err error) {
	if t.list, err = c.server.Notices.Of(c.ctx, c.actor, c.policy.Jurisdiction, shownNotices); err != nil {
		return t, err
	}
	t.setting, t.subject, err = c.server.Notices.Setting(c.ctx, c.actor, c.policy.Jurisdiction)
	t.done = c.r.URL.Query().Has("done")
	return t, err
}

func noticesPage(c *call) error {
	t, err := c.told()
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, noticesView(c.view(), t))
}

// readNotices marks what the page showed as read, and nothing that has come since.
func readNotices(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	list, err := c.server.Notices.Of(c.ctx, c.actor, c.policy.Jurisdiction, shownNotices)
	if err != nil {
		return err
	}
	for _, n := range list {
		if n.ID == c.value("newest") {
			if _, err := c.server.Notices.Read(c.ctx, c.actor, c.policy.Jurisdiction, n.At); err != nil {
				return err
			}
		}
	}
	return c.redirect(c.in("notices"))
}

func setNotices(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	setting := healthcode.NoticeSetting{Jurisdiction: c.policy.Jurisdiction, Messages: healthcode.MessageWish(c.value("messages")), Push: c.value("push") == "yes"}
	if err := c.server.Notices.Set(c.ctx, c.actor, setting); err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		t, err := c.told()
		if err != nil {
			return err
		}
		t.errors = errors
		return c.page(http.StatusUnprocessableEntity, noticesView(c.view(), t))
	}
	return c.redirect(c.in("notices?done=1"))
}

// messageChoices are the wishes of short messages.
func messageChoices(v view, chosen healthcode.MessageWish) []choice {
	var all []choice
	for _, w := range []healthcode.MessageWish{healthcode.MessagesAll, healthcode.MessagesWorse, healthcode.MessagesNone} {
		all = append(all, choice{value: string(w), label: v.say(messageWishes[w]), chosen: w == chosen})
	}
	return all
}

func anyUnread(list []healthcode.Notice) bool {
	for _, n := range list {
		if n.Read.IsZero() {
			return true
		}
	}
	return false
}
