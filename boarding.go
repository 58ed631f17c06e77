package healthcode

import (
	"context"
	"time"
)

// ApplicationState is how far an application for a health statement has come.
type ApplicationState string

// The states.
const (
	ApplicationDraft      ApplicationState = "draft"      // the traveller is still putting papers in
	ApplicationWaiting    ApplicationState = "waiting"    // the mission's officers have it
	ApplicationCorrection ApplicationState = "correction" // the traveller is asked for other papers
	ApplicationAccepted   ApplicationState = "accepted"   // a statement was issued
	ApplicationRefused    ApplicationState = "refused"
)

// ApplicationStates lists every state.
var ApplicationStates = []ApplicationState{ApplicationDraft, ApplicationWaiting, ApplicationCorrection, ApplicationAccepted, ApplicationRefused}

// Application is a traveller's request to one mission for a health statement for one flight.
type Application struct {
	ID      string
	Person  PersonID
	Mission string // which is the jurisdiction of its officers
	State   ApplicationState
	Officer string // staff name of who works on it; "" while nobody does
	Opened  time.Time
	Due     time.Time // until when the mission means to answer; zero unless it waits
	// DeleteAfter is when the application and its statements go.
	DeleteAfter time.Time
	Body        []byte // everything else, as internal/boarding writes it; encrypted at rest
	Version     int    // grows with each change; 0 = not stored yet
}

// ApplicationPaper is a file that belongs to an application.
type ApplicationPaper struct {
	ID          string
	Application string
	Person      PersonID
	Data        []byte // encrypted at rest
	DeleteAfter time.Time
}

// BoardingStatement is the register's line about a statement that was issued.
type BoardingStatement struct {
	ID          string // as in the code: 32 hexadecimal digits
	Application string
	Person      PersonID
	Issued      time.Time
	Expires     time.Time
	Revoked     time.Time // zero while it stands
}

// Boarding keeps applications for health statements, their papers and the register of statements.
type Boarding interface {
	// PutApplication stores an application with lines of the register, as a whole or not at all. Version 0 is new
	// (CodeConflict: the id is taken); any other must be the stored version, and is stored with the next
	// (CodeConflict: somebody changed it meanwhile). ID, person, mission and Opened stay. A line that is there already
	// takes over Revoked unless it was revoked before. CodeNotFound: nobody knows the person.
	PutApplication(ctx context.Context, a Application, statements ...BoardingStatement) error
	// Application: CodeNotFound.
	Application(ctx context.Context, id string) (Application, error)
	// ApplicationsOf lists a person's by opening and id.
	ApplicationsOf(ctx context.Context, person PersonID) ([]Application, error)
	// Applications lists a mission's in a state, by Due and id.
	Applications(ctx context.Context, mission string, state ApplicationState, limit int) ([]Application, error)
	// ApplicationCounts says how many of a mission's applications are in each state.
	ApplicationCounts(ctx context.Context, mission string) (map[ApplicationState]int, error)

	// PutPaper stores a file. CodeConflict: the id is taken. CodeNotFound: nobody knows the person.
	PutPaper(ctx context.Context, p ApplicationPaper) error
	// Paper: CodeNotFound, also once it was deleted.
	Paper(ctx context.Context, id string) (ApplicationPaper, error)
	DeletePaper(ctx context.Context, id string) error

	// BoardingStatement: CodeNotFound.
	BoardingStatement(ctx context.Context, id string) (BoardingStatement, error)
	// RevokedStatements lists those that were revoked and haven't expired at now, by id.
	RevokedStatements(ctx context.Context, now time.Time) ([]BoardingStatement, error)

	// PurgeBoarding deletes papers, and applications with their statements, whose DeleteAfter has come, and returns how many.
	PurgeBoarding(ctx context.Context, now time.Time) (int, error)
}
