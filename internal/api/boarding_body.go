package api

import (
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/boarding"
	"healthcode/internal/identity"
)

// BoardingFlight is what a traveller says of the journey.
type BoardingFlight struct {
	Number  string   `json:"number" maxLength:"12" example:"CA936"`
	Date    string   `json:"date" maxLength:"10" example:"2022-05-02" doc:"Local at the origin"`
	Time    string   `json:"time" maxLength:"5" example:"13:00" doc:"Local at the origin"`
	From    string   `json:"from" maxLength:"3" example:"FRA" doc:"IATA"`
	To      string   `json:"to" maxLength:"3" example:"PVG"`
	Transit []string `json:"transit,omitempty" maxItems:"6" doc:"Countries on the way, ISO 3166-1 alpha-2"`
	Class   string   `json:"class" maxLength:"40" example:"vaccinated"`
}

// BoardingApplication is an application, measured against the rules in force for its flight.
type BoardingApplication struct {
	ID        string                      `json:"id"`
	Version   int                         `json:"version" doc:"Send it back with a decision"`
	Mission   string                      `json:"mission"`
	State     healthcode.ApplicationState `json:"state" enum:"draft,waiting,correction,accepted,refused"`
	Opened    time.Time                   `json:"opened"`
	Due       time.Time                   `json:"due,omitzero" doc:"Until when the mission means to answer"`
	Late      bool                        `json:"late" doc:"The mission's own time is over"`
	Flight    BoardingFlight              `json:"flight"`
	Departure time.Time                   `json:"departure"`
	Notice    string                      `json:"notice,omitempty"`
	Set       string                      `json:"set,omitempty" doc:"The requirement set that applies"`
	Problem   *healthcode.Text            `json:"problem,omitempty" doc:"Why none applies"`
	Items     []BoardingFinding           `json:"items"`
	Papers    []BoardingPaper             `json:"papers"`
	Why       string                      `json:"why,omitempty" doc:"Of a correction or refusal, in the officer's words"`
	Statement *HealthStatement            `json:"statement,omitempty"`
	Traveller *BoardingTraveller          `json:"traveller,omitempty" doc:"For the mission's officers, whose look is recorded"`
}

// BoardingTraveller is who applies.
type BoardingTraveller struct {
	Name    string `json:"name"`
	Birth   string `json:"birth"`
	Country string `json:"country" doc:"That issued the passport, alpha-3"`
	Number  string `json:"number"`
}

// BoardingFinding says of one item whether it is satisfied, or why not.
type BoardingFinding struct {
	Item      string            `json:"item"`
	Title     healthcode.Text   `json:"title"`
	Satisfied bool              `json:"satisfied"`
	Paper     string            `json:"paper,omitempty" doc:"That satisfies it"`
	Until     time.Time         `json:"until,omitzero" doc:"Until when a flight may leave with it"`
	Why       []healthcode.Text `json:"why,omitempty"`
}

// BoardingPaper is a paper without its file.
type BoardingPaper struct {
	ID       string             `json:"id"`
	Item     string             `json:"item"`
	Type     string             `json:"type" doc:"Media type"`
	Size     int                `json:"size"`
	Uploaded time.Time          `json:"uploaded"`
	State    string             `json:"state" enum:"verified,waiting,accepted,correction,replaced"`
	Format   certificate.Format `json:"format,omitempty" doc:"Of the certificate that a machine found on it"`
	Stage    certificate.Stage  `json:"stage,omitempty" doc:"The check that it failed"`
	Differs  []string           `json:"differs,omitempty" doc:"What on it isn't the traveller's: name, birth, document"`
	Evidence []BoardingEvidence `json:"evidence,omitempty"`
	Why      string             `json:"why,omitempty" doc:"Why another one is needed"`
}

// BoardingEvidence is what a paper proves.
type BoardingEvidence struct {
	Kind    string    `json:"kind" enum:"test,vaccination,recovery,paper"`
	Target  string    `json:"target,omitempty" maxLength:"60" example:"covid-19"`
	Analyte string    `json:"analyte,omitempty" maxLength:"40" example:"nucleic-acid"`
	Result  string    `json:"result,omitempty" maxLength:"40" example:"negative"`
	Time    time.Time `json:"time,omitzero" doc:"Of a test: when the sample was taken"`
	Lab     string    `json:"lab,omitempty" maxLength:"200"`
	Day     string    `json:"day,omitempty" maxLength:"10" example:"2022-01-10" doc:"Of a vaccination: the dose; of a recovery: the first positive test; of a paper: its date"`
	Product string    `json:"product,omitempty" maxLength:"80"`
	Dose    int       `json:"dose,omitempty" minimum:"0" maximum:"20"`
	Doses   int       `json:"doses,omitempty" minimum:"0" maximum:"20"`
	What    string    `json:"what,omitempty" maxLength:"60" doc:"Of a paper: what it is"`
}

// evidence reads what an officer says that a paper proves. CodeInvalid: day.
func (b BoardingEvidence) evidence() (boarding.Evidence, error) {
	e := boarding.Evidence{Kind: b.Kind, Target: b.Target, Analyte: b.Analyte, Result: b.Result, Time: b.Time, Lab: b.Lab, Product: b.Product,
		Dose: b.Dose, Doses: b.Doses, What: b.What}
	if b.Day == "" {
		return e, nil
	}
	var err error
	if e.Day, err = identity.ParseDate(b.Day); err != nil {
		return e, healthcode.Errorf(healthcode.CodeInvalid, "day", "日期应写成 2022-01-10 的形式。", "Write the day like 2022-01-10.")
	}
	return e, nil
}

// boardingApplication is an application as the caller may see it.
func (c *call) boardingApplication(a *boarding.Application) BoardingApplication {
	b := BoardingApplication{ID: a.ID, Version: a.Version, Mission: a.Mission, State: a.State, Opened: a.Opened, Due: a.Due, Late: a.Late,
		Flight: BoardingFlight(a.Flight), Departure: a.Departure, Notice: a.Notice, Set: a.Set, Items: []BoardingFinding{}, Papers: []BoardingPaper{},
		Why: a.Why, Statement: statementOf(a)}
	if known, ok := a.Problem.(*healthcode.Error); ok {
		b.Problem = &known.Text
	}
	for _, f := range a.Assessment.Findings {
		finding := BoardingFinding{Item: f.Item.ID, Title: f.Item.Title, Satisfied: f.Satisfied, Until: f.Until, Why: f.Why}
		if f.Evidence != nil {
			finding.Paper = f.Evidence.Paper
		}
		b.Items = append(b.Items, finding)
	}
	for _, p := range a.Papers {
		paper := BoardingPaper{ID: p.ID, Item: p.Item, Type: p.Type, Size: p.Size, Uploaded: p.Uploaded, State: p.State,
			Format: p.Reading.Format, Stage: p.Reading.Stage, Differs: p.Reading.Differs, Why: p.Why}
		for _, e := range p.Evidence {
			proof := BoardingEvidence{Kind: e.Kind, Target: e.Target, Analyte: e.Analyte, Result: e.Result, Time: e.Time, Lab: e.Lab, Product: e.Product,
				Dose: e.Dose, Doses: e.Doses, What: e.What}
			if !e.Day.IsZero() {
				proof.Day = e.Day.String()
			}
			paper.Evidence = append(paper.Evidence, proof)
		}
		b.Papers = append(b.Papers, paper)
	}
	if c.actor.Role != healthcode.RoleResident {
		if b.Statement != nil {
			b.Statement.Text = "" // nobody but its holder can show it
		}
		if passport := a.Passport(); passport.Number != "" {
			b.Traveller = &BoardingTraveller{a.Person.Name, a.Person.Birth.Format(time.DateOnly), passport.Country, passport.Number}
		}
	}
	return b
}
