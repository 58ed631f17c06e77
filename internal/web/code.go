package web

import (
	"net/http"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

func (s *Server) codeRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/in/{place}/code", Roles: residents, Handler: codePage},
		{Method: http.MethodGet, Pattern: "/in/{place}/code/pass", Roles: residents, Handler: renewPass},
		{Method: http.MethodGet, Pattern: "/in/{place}/code/number", Roles: residents, Handler: backToCode},
		{Method: http.MethodPost, Pattern: "/in/{place}/code/number", Roles: residents, Handler: numberPage},
		{Method: http.MethodGet, Pattern: "/in/{place}/others/{relation}/code", Roles: residents, Handler: otherCodePage},
	}
}

// ownCode is what "my code" shows.
type ownCode struct {
	state     policy.State
	pass      passCard
	people    []personTab
	partial   bool // the list of people could not be read
	reasons   []reasonCard
	good      string // when the code is green again, if nothing new arrives
	timeline  timeline
	questions []string
	sources   []freshness
	reported  bool // a report has just been stored
	photo     bool // a photo has just been stored
	trip      bool // an open hold ends by declaring the trip
}

// passCard is the QR pass and what stands around it.
type passCard struct {
	status.Pass
	name    string // masked: others see the screen
	checked healthcode.IdentityState
	minor   bool   // so young that no face recognition is asked for
	renew   string // where a script fetches the next one; "" where each one is a look that is recorded
	again   string // the page itself
	session string // whose phone may sign the pass itself; "" where the server mints each one
	proxy   bool
}

// personTab is one of the people whose code can be shown; own first.
type personTab struct {
	name, path string
	current    bool
}

// freshness is when a kind of source last said something.
type freshness struct {
	source string
	at     time.Time
}

func codePage(c *call) error {
	if err := c.server.Resident.SettleTrip(c.ctx, c.actor.Person); err != nil {
		return err
	}
	code, err := c.server.Status.Own(c.ctx, c.actor, c.policy.Jurisdiction)
	if healthcode.CodeOf(err) == healthcode.CodeNotFound && err != nil {
		return c.redirect(c.in("declaration"))
	}
	if err != nil {
		return err
	}
	people, err := c.people("")
	if err != nil { // the code itself doesn't need it
		c.server.Log.ErrorContext(c.ctx, "the code is shown without the list of people", "error", err)
	}
	v := c.view()
	return c.page(http.StatusOK, codeView(v, ownCode{
		state: v.state(code.Status.State), people: people, partial: err != nil, reasons: c.withCases(reasonCards(v, &code)),
		pass: passCard{Pass: code.Pass, name: pass.MaskName(code.Person.Name), checked: code.Person.Identity,
			minor: underFaceCheck(code.Person, v.now), renew: c.in("code/pass"), again: c.in("code"), session: c.session.ID},
		good: goodAgain(v, &code), timeline: timelineOf(v, code.Timeline),
		questions: questions(v, &code), sources: sourcesOf(v, &code),
		reported: c.r.URL.Query().Has("reported"), photo: c.r.URL.Query().Has("photo"),
		trip: tripAsked(&code),
	}))
}

// renewPass is the part of the page that the script replaces.
func renewPass(c *call) error {
	p, err := c.server.Status.Renew(c.ctx, c.actor, c.policy.Jurisdiction, "")
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, passOnly(c.view(), passCard{Pass: p}))
}

// numberPage makes a number to read out where a door has no camera.
func numberPage(c *call) error {
	number, until, err := c.server.Status.Number(c.ctx, c.actor, c.policy.Jurisdiction)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, numberView(c.view(), number, until))
}

// backToCode answers somebody who reloads or turns the language: a new number is made on asking alone.
func backToCode(c *call) error { return c.redirect(c.in("code")) }

// underFaceCheck reports whether the page says that a minor's photo was not verified by face recognition.
func underFaceCheck(p healthcode.Person, now time.Time) bool {
	return !p.Birth.IsZero() && identity.NoFaceCheckAge(identity.DateOf(p.Birth), identity.DateOf(now))
}

// otherCodePage shows the code of somebody the resident acts for: state, end
// and pass, nothing of reasons, photo or tests.
func otherCodePage(c *call) error {
	id := c.r.PathValue("relation")
	other, err := c.server.Status.OfRelation(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	if other.Policy.Jurisdiction != c.policy.Jurisdiction {
		return c.redirect(place(other.Policy.Jurisdiction, "others/"+id+"/code"))
	}
	people, err := c.people(id)
	if err != nil {
		return err
	}
	v := c.view()
	return c.page(http.StatusOK, otherCodeView(v, otherCode{Other: other, state: v.state(other.State), people: people,
		pass: passCard{Pass: other.Pass, name: other.Name, proxy: true, minor: other.Young, again: c.in("others/" + id + "/code")}}))
}

type otherCode struct {
	status.Other
	state  policy.State
	people []personTab
	pass   passCard
}

// people lists whose codes can be shown; nil where it is the resident's alone.
func (c *call) people(current string) ([]personTab, error) {
	relations, err := c.server.Resident.Relations(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	tabs := []personTab{{in(c.lang, textMyCode), c.in("code"), current == ""}}
	for _, r := range relations {
		if r.Mine && r.State == identity.RelationConsented && r.Jurisdiction == c.policy.Jurisdiction {
			name := in(c.lang, textTab, r.Other, in(c.lang, identity.RelationLabel(r.Kind)))
			tabs = append(tabs, personTab{name, c.in("others/" + r.ID + "/code"), r.ID == current})
		}
	}
	if len(tabs) == 1 {
		return nil, nil
	}
	return tabs, nil
}

// goodAgain says when the best colour comes back if nothing new arrives; "" where that is not known, or it is there.
func goodAgain(v view, c *status.Code) string {
	best := c.Policy.BaseColour()
	if c.Status.State == best {
		return ""
	}
	for _, s := range c.Timeline {
		if s.From.After(v.now) && s.State == best {
			return v.moment(s.From)
		}
	}
	return ""
}

func questions(v view, c *status.Code) []string {
	var all []string
	for _, q := range c.Status.Questions {
		all = append(all, v.say(q.Text))
	}
	return all
}

// sourcesOf lists each kind of source once, the latest first.
func sourcesOf(v view, c *status.Code) []freshness {
	latest := map[string]time.Time{}
	for source, at := range c.Latest {
		if name := v.source(source); at.After(latest[name]) {
			latest[name] = at
		}
	}
	var all []freshness
	for name, at := range latest {
		all = append(all, freshness{name, at})
	}
	slices.SortFunc(all, func(a, b freshness) int { return b.at.Compare(a.at) })
	return all
}

func bestState(v view) policy.State { return v.policy.Colours[len(v.policy.Colours)-1].State }

// untilWords says when a state ends; zero where that is not known.
func untilWords(v view, until time.Time) string {
	if until.IsZero() {
		return v.say(textEndUnknown)
	}
	return v.say(textUntil, v.moment(until))
}
