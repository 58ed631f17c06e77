package web

import (
	"net/http"
	"slices"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/resident"
)

func (s *Server) othersRoutes() []Route {
	const photoBody = identity.MaxPhotoBytes + 1<<16
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/others", Roles: residents, Handler: othersPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/others/ask", Roles: residents, Handler: askPage},
		{Method: http.MethodPost, Pattern: "/in/{place}/others/ask", Roles: residents, Handler: askOther, MaxBody: photoBody},
		{Method: http.MethodPost, Pattern: "/in/{place}/others/{relation}", Roles: residents, Handler: answerRelation},
	}
}

// others is what the page of family and others shows.
type others struct {
	mine    []resident.Related // whose codes the resident asked to show
	asked   []resident.Related // who asked to show the resident's code
	sent    bool
	changed bool
}

func othersPage(c *call) error {
	relations, err := c.server.Resident.Relations(c.ctx, c.actor)
	if err != nil {
		return err
	}
	o := others{sent: c.r.URL.Query().Has("sent"), changed: c.r.URL.Query().Has("changed")}
	for _, r := range relations {
		switch {
		case r.Jurisdiction != c.policy.Jurisdiction:
		case r.Mine:
			o.mine = append(o.mine, r)
		default:
			o.asked = append(o.asked, r)
		}
	}
	return c.page(http.StatusOK, othersView(c.view(), o))
}

// asking is the form that asks for another person's consent.
type asking struct {
	resident.Asking
	errors []fieldError
}

func askPage(c *call) error {
	form := asking{}
	form.Document.Type = healthcode.DocumentID
	if t := healthcode.DocumentType(c.r.URL.Query().Get("document.type")); knownType(t) {
		form.Document.Type = t
	}
	return c.page(http.StatusOK, askView(c.view(), form))
}

func askOther(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	photo, err := c.file("photo")
	if err != nil {
		return err
	}
	form := asking{Asking: resident.Asking{Jurisdiction: c.policy.Jurisdiction, Name: c.value("name"),
		Document: c.document(), Kind: healthcode.RelationKind(c.value("relation")),
		Birth: typedDay(c.value("birth")), Photo: photo}}
	if err := c.withPicture(func() error { return c.server.Resident.Ask(c.ctx, c.actor, form.Asking) }); err != nil {
		if form.errors = formErrors(err); form.errors != nil {
			return c.page(statusOf(err), askView(c.view(), form))
		}
		return err
	}
	return c.redirect(c.in("others?sent=1"))
}

// answerRelation consents, declines or removes.
func answerRelation(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	err := c.server.Resident.Answer(c.ctx, c.actor, c.r.PathValue("relation"), identity.RelationEvent(c.value("do")))
	if err != nil {
		return err
	}
	return c.redirect(c.in("others?changed=1"))
}

// relationChoices lists the relations that the policy knows.
func relationChoices(v view, chosen healthcode.RelationKind) []choice {
	var all []choice
	for _, kind := range v.policy.People.Relations {
		all = append(all, choice{value: string(kind), label: v.say(identity.RelationLabel(kind)), chosen: kind == chosen})
	}
	return all
}

func otherName(v view, r resident.Related) string {
	if r.Other == "" {
		return v.say(textNameUnknown)
	}
	return r.Other
}

func keyPageField(v view, f asking) field {
	return field{name: "photo", label: v.say(textKeyPage), hint: v.say(textKeyPageHint), optional: true, errors: f.errors}
}

func anyConsented(relations []resident.Related) bool {
	return slices.ContainsFunc(relations, func(r resident.Related) bool { return r.State == identity.RelationConsented })
}
