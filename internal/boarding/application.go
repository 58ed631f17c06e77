package boarding

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/identity"
)

// Flight is what a traveller says of the journey.
type Flight struct {
	Number string `json:"number"` // such as CA936
	Date   string `json:"date"`   // YYYY-MM-DD at the origin
	Time   string `json:"time"`   // 15:04 at the origin
	From   string `json:"from"`   // IATA
	To     string `json:"to"`
	// Transit lists the countries on the way, alpha-2.
	Transit []string `json:"transit,omitempty"`
	Class   string   `json:"class"`
}

// The states of a paper.
const (
	PaperVerified   = "verified"   // a machine has proven it
	PaperWaiting    = "waiting"    // an officer has to look
	PaperAccepted   = "accepted"   // an officer read it
	PaperCorrection = "correction" // another one is needed
	PaperReplaced   = "replaced"   // by the traveller
)

// Paper is an uploaded paper without its file.
type Paper struct {
	ID       string     `json:"id"`
	Item     string     `json:"item"` // for which it was uploaded
	Type     string     `json:"type"` // media type
	Size     int        `json:"size"`
	Uploaded time.Time  `json:"uploaded"`
	State    string     `json:"state"`
	Reading  Reading    `json:"reading"`
	Evidence []Evidence `json:"evidence,omitempty"` // what it proves, once it is verified or accepted
	Why      string     `json:"why,omitempty"`      // why another one is needed, in the officer's words
	By       string     `json:"by,omitempty"`       // the officer
}

// Counts reports whether the paper's evidence counts.
func (p *Paper) Counts() bool { return p.State == PaperVerified || p.State == PaperAccepted }

// Issued is the statement that an application came to.
type Issued struct {
	ID    string    `json:"id"`
	Text  string    `json:"text"` // of the QR code
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Event is one line of an application's history.
type Event struct {
	At   time.Time       `json:"at"`
	Role healthcode.Role `json:"role,omitempty"` // "" = the system
	By   string          `json:"by,omitempty"`   // officer
	Kind string          `json:"kind"`           // opened, flight, uploaded, submitted, issued, void, decided …
	Text string          `json:"text,omitempty"`
}

// details are what the store keeps sealed.
type details struct {
	Flight    Flight   `json:"flight"`
	Notice    string   `json:"notice"` // that applied when it was last measured
	Set       string   `json:"set"`
	Papers    []Paper  `json:"papers"`
	Statement *Issued  `json:"statement,omitempty"` // the one that stands
	Why       string   `json:"why,omitempty"`       // of a correction or refusal
	Barred    []string `json:"barred,omitempty"`    // officers who gave it away for a conflict of interest
	Events    []Event  `json:"events"`
}

// Application is an application as it is now, measured against the rules in force for its flight.
type Application struct {
	healthcode.Application
	details
	Person     healthcode.Person
	MissionOf  *Mission
	NoticeOf   *Notice // nil where none applies
	Assessment Assessment
	Problem    error     // why no set applies; a [healthcode.Error]
	Departure  time.Time // of the flight
	Zone       *time.Location
	Late       bool // the mission's own time is over
}

// Passport is the traveller's foreign passport.
func (a *Application) Passport() healthcode.Document { return passport(a.Person) }

// item finds an item of the set that applies.
func (a *Application) item(id string) (*Item, bool) {
	if a.Assessment.Set == nil {
		return nil, false
	}
	i := slices.IndexFunc(a.Assessment.Set.Items, func(i Item) bool { return i.ID == id })
	if i < 0 {
		return nil, false
	}
	return &a.Assessment.Set.Items[i], true
}

// PapersFor lists the papers that were uploaded for an item, the newest last, without those that were replaced.
func (a *Application) PapersFor(item string) []Paper {
	var list []Paper
	for _, p := range a.Papers {
		if p.Item == item && p.State != PaperReplaced {
			list = append(list, p)
		}
	}
	return list
}

// Stands reports whether the statement stands at an instant.
func (a *Application) Stands(at time.Time) bool {
	return a.Statement != nil && a.State == healthcode.ApplicationAccepted && at.Before(a.Statement.Until)
}

var flightNumber = regexp.MustCompile(`^([A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z])[0-9]{1,4}[A-Z]?$`)

func wrong(field, zh, format string, args ...any) error {
	return healthcode.Errorf(healthcode.CodeInvalid, field, zh, format, args...)
}

// tidy writes a flight in one way and checks it. It returns the instant of departure and the airport of origin.
func (s *Service) tidy(f *Flight, m *Mission, now time.Time) (time.Time, *Airport, error) {
	capitals := func(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }
	f.Number, f.From, f.To = capitals(f.Number), capitals(f.From), capitals(f.To)
	if !flightNumber.MatchString(f.Number) {
		return time.Time{}, nil, wrong("number", "航班号形如 CA936。", "A flight number looks like CA936.")
	}
	from, ok := s.rules.Airport(f.From)
	if !ok || !slices.ContainsFunc(m.Serves, func(v Served) bool { return v.Country == from.Country }) {
		return time.Time{}, nil, wrong("from", "请选择本使领馆辖区内的出发机场。", "Choose an airport in a country that this mission serves.")
	}
	if to, ok := s.rules.Airport(f.To); !ok || to.Country == from.Country {
		return time.Time{}, nil, wrong("to", "请选择到达机场。", "Choose the airport of arrival.")
	}
	var transit []string
	for _, code := range f.Transit {
		country, ok := identity.FindCountry(code)
		if !ok || country.Alpha2 == "" {
			return time.Time{}, nil, wrong("transit", "请从列表中选择中转国家。", "Choose the countries of transit from the list.")
		}
		if len(transit) >= 5 {
			return time.Time{}, nil, wrong("transit", "中转国家最多 5 个。", "At most 5 countries of transit.")
		}
		transit = append(transit, country.Alpha2)
	}
	f.Transit = transit
	departure, err := time.ParseInLocation("2006-01-02 15:04", f.Date+" "+f.Time, from.Zone)
	if err != nil {
		field := "time"
		if _, dateErr := time.Parse(time.DateOnly, f.Date); dateErr != nil {
			field = "date"
		}
		return time.Time{}, nil, wrong(field, "请填写出发机场当地的日期和起飞时间。", "Enter the day and time of departure, local time at the airport.")
	}
	switch {
	case !departure.After(now):
		return time.Time{}, nil, wrong("date", "航班已经起飞。", "That flight has left.")
	case departure.After(now.AddDate(0, 0, maxAhead)):
		return time.Time{}, nil, wrong("date", fmt.Sprintf("最早可在出发前 %d 日申请。", maxAhead), "You can apply at most %d days before departure.", maxAhead)
	}
	return departure, from, nil
}

// maxAhead is how many days before a flight an application can be opened.
const maxAhead = 60

// measured completes an application with what the rules say of it at an instant.
func (s *Service) measured(stored healthcode.Application, person healthcode.Person, now time.Time) (*Application, error) {
	a := &Application{Application: stored, Person: person}
	if err := json.Unmarshal(stored.Body, &a.details); err != nil {
		return nil, fmt.Errorf("reading application %s: %w", stored.ID, err)
	}
	m, ok := s.rules.Mission(a.Mission)
	from, known := s.rules.Airport(a.Flight.From)
	if !ok || !known {
		return nil, healthcode.Errorf(healthcode.CodeNotFound, "", "该使领馆已不在这里受理申请。", "This mission takes no applications here any more.")
	}
	departure, err := time.ParseInLocation("2006-01-02 15:04", a.Flight.Date+" "+a.Flight.Time, from.Zone)
	if err != nil {
		return nil, fmt.Errorf("reading application %s: %w", stored.ID, err)
	}
	a.MissionOf, a.Departure, a.Zone = m, departure, from.Zone
	a.Late = a.State == healthcode.ApplicationWaiting && now.After(a.Due)
	s.measure(a, from, now)
	return a, nil
}

// measure evaluates the papers that count.
func (s *Service) measure(a *Application, from *Airport, now time.Time) {
	j := Journey{Mission: a.Mission, Class: a.Flight.Class, Birth: identity.DateOf(a.Person.Birth), Departure: a.Departure, Zone: from.Zone,
		Country: from.Country, Transit: a.Flight.Transit}
	a.NoticeOf, a.Problem, a.Assessment = nil, nil, Assessment{}
	notice, set, err := s.rules.Find(j)
	a.NoticeOf = notice
	if err != nil {
		a.Problem = err
		return
	}
	a.Notice, a.Set = notice.ID, set.ID
	a.Assessment = s.rules.Evaluate(set, j, evidenceOf(a.Papers), now)
}

func evidenceOf(papers []Paper) []Evidence {
	var all []Evidence
	for i := range papers {
		if !papers[i].Counts() {
			continue
		}
		for _, e := range papers[i].Evidence {
			e.Paper = papers[i].ID
			all = append(all, e)
		}
	}
	return all
}
