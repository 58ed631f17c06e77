package boarding

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/access"
)

// PageSize is how many applications a queue lists at once.
const PageSize = 100

// MaxText is how many characters an officer may write at once.
const MaxText = 1000

// Queue is what waits at a mission, the most urgent first.
type Queue struct {
	Mission *Mission
	List    []*Application
	Counts  map[healthcode.ApplicationState]int
	Late    int // of the list: past the mission's own time
}

// mission returns the officer's own mission.
func (s *Service) mission(a healthcode.Actor) (*Mission, error) {
	if err := access.Require(a, healthcode.RoleConsular); err != nil {
		return nil, err
	}
	m, ok := s.rules.Mission(a.Jurisdiction)
	if !ok {
		return nil, access.Denied()
	}
	return m, nil
}

// Queue lists the applications of the officer's mission in a state. It shows no names: who opens one is on record.
func (s *Service) Queue(ctx context.Context, a healthcode.Actor, state healthcode.ApplicationState) (Queue, error) {
	m, err := s.mission(a)
	if err != nil {
		return Queue{}, err
	}
	if !slices.Contains(healthcode.ApplicationStates, state) {
		state = healthcode.ApplicationWaiting
	}
	q := Queue{Mission: m}
	if q.Counts, err = s.store.ApplicationCounts(ctx, m.ID); err != nil {
		return q, err
	}
	stored, err := s.store.Applications(ctx, m.ID, state, PageSize)
	if err != nil {
		return q, err
	}
	for _, one := range stored {
		app, err := s.measured(one, healthcode.Person{}, s.Clock.Now())
		if err != nil {
			return q, err
		}
		if app.Late {
			q.Late++
		}
		q.List = append(q.List, app)
	}
	return q, nil
}

// File returns an application of the officer's mission. The look is recorded first, and the traveller sees it.
// CodeNotFound, also for another mission's.
func (s *Service) File(ctx context.Context, a healthcode.Actor, id string) (*Application, error) {
	stored, err := s.theirs(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if err := s.look(ctx, a, stored.Person, "record"); err != nil {
		return nil, err
	}
	person, err := s.store.Person(ctx, stored.Person)
	if err != nil {
		return nil, fmt.Errorf("reading a person: %w", err)
	}
	return s.measured(stored, person, s.Clock.Now())
}

func (s *Service) theirs(ctx context.Context, a healthcode.Actor, id string) (healthcode.Application, error) {
	m, err := s.mission(a)
	if err != nil {
		return healthcode.Application{}, err
	}
	stored, err := s.store.Application(ctx, id)
	if err == nil && (stored.Mission != m.ID || stored.State == healthcode.ApplicationDraft) || err != nil && healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return stored, noApplication()
	}
	return stored, err
}

func (s *Service) look(ctx context.Context, a healthcode.Actor, person healthcode.PersonID, saw string) error {
	err := s.store.PutLook(ctx, healthcode.Look{Person: person, At: s.Clock.Now(), Role: a.Role, By: a.Staff, Jurisdiction: a.Jurisdiction,
		Purpose: "boarding", Saw: saw})
	if err != nil {
		return fmt.Errorf("recording the look: %w", err)
	}
	return nil
}

// Paper returns the file of a paper of the officer's mission, and its media type. The look is recorded first.
func (s *Service) Paper(ctx context.Context, a healthcode.Actor, id, paper string) ([]byte, string, error) {
	app, err := s.File(ctx, a, id)
	if err != nil {
		return nil, "", err
	}
	return s.paper(ctx, app, paper)
}

// The outcomes of a review.
const (
	OutcomeAccept  = "accept"
	OutcomeCorrect = "correct"
	OutcomeRefuse  = "refuse"
)

// Verdict is what an officer says of one paper.
type Verdict struct {
	Paper string
	// Accept says that the officer read it; Evidence is what it proves. Else Why says what is wrong with it, for the traveller to read.
	Accept   bool
	Evidence Evidence
	Why      string
}

// Decision is what an officer says of an application. Version is the one that the officer saw.
type Decision struct {
	Version  int
	Verdicts []Verdict
	Outcome  string
	Why      string // needed for a refusal
}

// Decide records an officer's verdicts and outcome. The officer says what the papers prove; whether that is enough the
// rules say: accepting an application from which something is missing is CodeInvalid with the item. Of two officers who
// saw the same version one wins, and the other gets CodeConflict.
func (s *Service) Decide(ctx context.Context, a healthcode.Actor, id string, d Decision) (*Application, error) {
	app, err := s.File(ctx, a, id)
	if err != nil {
		return nil, err
	}
	switch {
	case slices.Contains(app.Barred, a.Staff):
		return nil, givenAway()
	case app.Version != d.Version, app.State != healthcode.ApplicationWaiting:
		return nil, changed()
	case app.Problem != nil:
		return nil, app.Problem
	}
	now := s.Clock.Now()
	app.Officer = a.Staff
	for n, v := range d.Verdicts {
		if err := app.judge(v, a.Staff); err != nil {
			return nil, WithField(err, fmt.Sprintf("papers.%d.", n))
		}
	}
	why := strings.TrimSpace(d.Why)
	if utf8.RuneCountInString(why) > MaxText || !utf8.ValidString(why) {
		return nil, wrong("why", fmt.Sprintf("最多 %d 字。", MaxText), "At most %d characters.", MaxText)
	}
	app.Events = append(app.Events, Event{At: now, Role: a.Role, By: a.Staff, Kind: "decided", Text: d.Outcome})
	from, _ := s.rules.Airport(app.Flight.From)
	s.measure(app, from, now)
	switch d.Outcome {
	case OutcomeAccept:
		if err := app.missing(); err != nil {
			return nil, err
		}
	case OutcomeCorrect:
		if !slices.ContainsFunc(app.Papers, func(p Paper) bool { return p.State == PaperCorrection }) && why == "" {
			return nil, wrong("why", "请写明需要更正什么。", "Say what has to be corrected.")
		}
		app.State, app.Why = healthcode.ApplicationCorrection, why
	case OutcomeRefuse:
		if why == "" {
			return nil, wrong("why", "拒绝必须写明理由。", "A refusal needs its reasons in writing.")
		}
		app.State, app.Why = healthcode.ApplicationRefused, why
	default:
		return nil, wrong("outcome", "请选择处理结果。", "Choose an outcome: accept, correct or refuse.")
	}
	if err := s.settle(ctx, app); err != nil {
		return nil, err
	}
	return app, s.tell(ctx, app)
}

func givenAway() error {
	return healthcode.Errorf(healthcode.CodeDenied, "", "您已回避这个申请。", "You have given this application away.")
}

// missing names the first item that isn't satisfied.
func (a *Application) missing() error {
	for _, f := range a.Assessment.Findings {
		if f.Satisfied {
			continue
		}
		zh, en := "", ""
		for _, why := range f.Why {
			zh, en = zh+why.ZH, en+" "+why.EN
		}
		return wrong("item."+f.Item.ID, "按通知的规定还不满足："+f.Item.Title.ZH+"。"+zh, "By the notice's rules this isn't satisfied: %s.%s", f.Item.Title.EN, en)
	}
	if !a.Assessment.Complete {
		return wrong("outcome", "声明在签发时就已失效，请核对日期。", "A statement would have ended already; check the dates.")
	}
	return nil
}

// judge records what an officer says of one paper.
func (a *Application) judge(v Verdict, by string) error {
	i := slices.IndexFunc(a.Papers, func(p Paper) bool { return p.ID == v.Paper })
	if i < 0 || a.Papers[i].State == PaperReplaced {
		return noPaper()
	}
	p := &a.Papers[i]
	if p.State == PaperVerified && v.Accept {
		return nil // a machine has proven it, and nobody can make it say something else
	}
	p.By = by
	if !v.Accept {
		if p.Why = strings.TrimSpace(v.Why); p.Why == "" || utf8.RuneCountInString(p.Why) > MaxText || !utf8.ValidString(p.Why) {
			return wrong("why", "请写明这份材料要怎样更正。", "Say what is wrong with this paper, in at most %d characters.", MaxText)
		}
		p.State, p.Evidence = PaperCorrection, nil
		return nil
	}
	e := v.Evidence
	e.Paper = p.ID
	switch {
	case !slices.Contains([]string{KindTest, KindVaccination, KindRecovery, KindPaper}, e.Kind):
		return wrong("kind", "请选择材料的种类。", "Choose what kind of paper it is.")
	case e.Kind == KindTest && e.Time.IsZero():
		return wrong("time", "请填写报告上的采样时间（采样地时间和时区）。", "Enter the sampling time that the report shows, with its time zone.")
	case (e.Kind == KindVaccination || e.Kind == KindRecovery) && e.Day.IsZero():
		return wrong("day", "请填写材料上的日期。", "Enter the date that the paper shows.")
	case len(e.Lab) > 200:
		return wrong("lab", "检测机构名称太长。", "The laboratory's name is too long.")
	}
	p.State, p.Evidence, p.Why = PaperAccepted, []Evidence{e}, ""
	return nil
}

// WithField puts a prefix before the field of an error.
func WithField(err error, prefix string) error {
	if e, ok := err.(*healthcode.Error); ok && e.Field != "" {
		copied := *e
		copied.Field = prefix + e.Field
		return &copied
	}
	return err
}

// Recuse gives an application away for a conflict of interest: the officer can't decide it, or revoke its statement, any more.
func (s *Service) Recuse(ctx context.Context, a healthcode.Actor, id string, version int, why string) error {
	app, err := s.File(ctx, a, id)
	if err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || utf8.RuneCountInString(why) > MaxText {
		return wrong("why", "请简要写明回避的原因。", "Say in a few words why you give it away.")
	}
	if app.Version != version {
		return changed()
	}
	if !slices.Contains(app.Barred, a.Staff) {
		app.Barred = append(app.Barred, a.Staff)
	}
	app.Officer = ""
	app.Events = append(app.Events, Event{At: s.Clock.Now(), Role: a.Role, By: a.Staff, Kind: "recused", Text: why})
	return s.save(ctx, app)
}

// Revoke ends a statement that stands, and says why. The traveller may open a new application.
func (s *Service) Revoke(ctx context.Context, a healthcode.Actor, id string, version int, why string) error {
	app, err := s.File(ctx, a, id)
	if err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	switch {
	case slices.Contains(app.Barred, a.Staff):
		return givenAway()
	case why == "" || utf8.RuneCountInString(why) > MaxText || !utf8.ValidString(why):
		return wrong("why", "撤销必须写明理由。", "Revoking a statement needs its reasons in writing.")
	case app.Version != version || app.Statement == nil:
		return changed()
	}
	line := app.revoke(s.Clock.Now())
	app.State, app.Officer, app.Why = healthcode.ApplicationRefused, a.Staff, why
	if err := s.settle(ctx, app, line); err != nil {
		return err
	}
	return s.tell(ctx, app)
}

// tell sends the traveller a short message, once for each version.
func (s *Service) tell(ctx context.Context, app *Application) error {
	if app.Person.Phone == "" {
		return nil
	}
	texts := map[healthcode.ApplicationState]healthcode.Text{
		healthcode.ApplicationAccepted:   {ZH: "您的健康声明已签发，请打开申请页面查看。", EN: "Your health statement has been issued. Open your application to see it."},
		healthcode.ApplicationCorrection: {ZH: "您的申请需要更正材料，请打开申请页面查看。其他已接受的材料不用重交。", EN: "Your application needs other papers. Open it to see which; what was accepted stays accepted."},
		healthcode.ApplicationRefused:    {ZH: "您的申请已有书面答复，请打开申请页面查看。", EN: "Your application has been answered in writing. Open it to see why."},
	}
	m := app.MissionOf
	body := healthcode.Text{ZH: "【" + m.Name.ZH + "】" + texts[app.State].ZH, EN: "[" + m.Name.EN + "] " + texts[app.State].EN}
	err := s.store.PutMessage(ctx, healthcode.Message{ID: fmt.Sprintf("boarding-%s-%d", app.ID, app.Version), Phone: app.Person.Phone,
		Body: body.In(app.Person.Language), At: s.Clock.Now()})
	if err != nil {
		return fmt.Errorf("sending a message about an application: %w", err)
	}
	return nil
}
