package boarding

import (
	"context"
	"fmt"
	"time"

	"healthcode"
	"healthcode/certificate"
)

// issue signs the statement.
func (s *Service) issue(ctx context.Context, app *Application, now time.Time) (healthcode.BoardingStatement, error) {
	issuer, err := s.Issuer(ctx)
	if err != nil {
		// Not wrapped: that there is no key is our fault, and no answer about the application.
		return healthcode.BoardingStatement{}, fmt.Errorf("finding the key that signs statements: %v", err)
	}
	document := passport(app.Person)
	st := certificate.Statement{ID: certificate.NewStatementID(), Name: app.Person.Name, Birth: app.Person.Birth.Format(time.DateOnly),
		Flight: app.Flight.Number, Date: app.Flight.Date, From: app.Flight.From, To: app.Flight.To, Mission: app.Mission}
	st.BindDocument(document.Country, document.Number)
	// Seconds are what the code holds.
	from, until := now.Truncate(time.Second), app.Assessment.Until.Truncate(time.Second)
	text, err := issuer.IssueStatement(st, from, until)
	if err != nil {
		return healthcode.BoardingStatement{}, err
	}
	app.Statement = &Issued{ID: st.ID, Text: text, From: from, Until: until}
	app.State, app.Why = healthcode.ApplicationAccepted, ""
	app.Events = append(app.Events, Event{At: now, Kind: "issued", Text: st.ID})
	return healthcode.BoardingStatement{ID: st.ID, Application: app.ID, Person: app.Application.Person, Issued: from, Expires: until}, nil
}

// revoke ends the statement that stands and returns its line in the register.
func (a *Application) revoke(now time.Time) healthcode.BoardingStatement {
	line := healthcode.BoardingStatement{ID: a.Statement.ID, Application: a.ID, Person: a.Application.Person, Issued: a.Statement.From, Expires: a.Statement.Until, Revoked: now}
	a.Events = append(a.Events, Event{At: now, Kind: "void", Text: a.Statement.ID})
	a.Statement = nil
	return line
}

// Revoked lists what readers must refuse: the statements that were revoked and might still be shown.
func (s *Service) Revoked(ctx context.Context) (certificate.RevocationSet, error) {
	lines, err := s.store.RevokedStatements(ctx, s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("reading revoked statements: %w", err)
	}
	set := certificate.RevocationSet{}
	for _, line := range lines {
		set.Add(certificate.RevocationHashOf(line.ID))
	}
	return set, nil
}
