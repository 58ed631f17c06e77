package healthcode

import (
	"context"
	"time"
)

// MaxBacklog is up to where what waits is counted, so that counting stays cheap when much does.
const MaxBacklog = 100_000

// Backlog is how much waits in one queue, for those who watch over the service. It names no person.
type Backlog struct {
	Queue        string // one of [Queues]
	Jurisdiction string // "" where the queue is of all together
	Waiting      int    // at most [MaxBacklog]
	// Oldest is since when the one that waits longest does; zero where nothing waits.
	Oldest time.Time
}

// The queues.
const (
	QueueCodes     = "codes"            // short messages that expire, such as one-time codes, not taken by a gateway
	QueueMessages  = "messages"         // other short messages
	QueueNotices   = "notices"          // people whose status is due to be compared with what they were told
	QueuePushes    = "pushes"           // notices for the webhook of a jurisdiction
	QueueLabs      = "lab-queries"      // questions to laboratories that are due to be asked again, or given up
	QueueLog       = "log"              // changes that aren't in the transparency log
	QueueFacts     = "retention-facts"  // facts past their retention
	QueueVisits    = "retention-visits" // visits past it
	QueuePictures  = "retention-photos" // photographs past it
	QueueNumbers   = "retention-phones" // unbound phones past it
	QueueCases     = "cases-overdue"    // cases whose clock has run out, by jurisdiction
	QueuePhotos    = "photos"           // photographs to compare, by jurisdiction
	QueueProposals = "changes-proposed" // manual changes that wait for a second officer, by jurisdiction
	QueueAlarms    = "alarms"           // alarms that nobody has released, by jurisdiction
)

// Queues lists every queue.
var Queues = []string{QueueCodes, QueueMessages, QueueNotices, QueuePushes, QueueLabs, QueueLog, QueueFacts, QueueVisits,
	QueuePictures, QueueNumbers, QueueCases, QueuePhotos, QueueProposals, QueueAlarms}

// Monitored lets those who run the service see how the store does.
type Monitored interface {
	// Backlogs returns one entry for each queue, and for those by jurisdiction one for each of the jurisdictions.
	// It reads indexes alone, at most [MaxBacklog] entries of each.
	Backlogs(ctx context.Context, jurisdictions []string, now time.Time) ([]Backlog, error)
	// DatabaseTime asks a database elsewhere what time it is. The zero time: the store has no clock of its own.
	DatabaseTime(ctx context.Context) (time.Time, error)
}
