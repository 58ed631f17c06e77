package sqlite

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// queue reads what waits: ?1 is now, ?2 how much is counted, ?3 the jurisdiction where it has one.
type queue struct{ name, query string }

var queues = []queue{
	{healthcode.QueueCodes, "SELECT at FROM message WHERE state = 'queued' AND expires > 0 AND at <= ?1"},
	{healthcode.QueueMessages, "SELECT at FROM message WHERE state = 'queued' AND expires = 0 AND at <= ?1"},
	{healthcode.QueueNotices, "SELECT wake AS at FROM notice_watch WHERE wake > 0 AND wake <= ?1 ORDER BY wake"},
	{healthcode.QueuePushes, "SELECT push AS at FROM notice WHERE push > 0 AND push <= ?1 ORDER BY push"},
	{healthcode.QueueLabs, "SELECT wake AS at FROM lab_query WHERE state = 'open' AND wake > 0 AND wake <= ?1 ORDER BY wake"},
	{healthcode.QueueLog, "SELECT decided AS at FROM change WHERE state = 'applied' AND log_index < 0 AND decided <= ?1 ORDER BY decided"},
	{healthcode.QueueFacts, "SELECT delete_after AS at FROM fact_end WHERE delete_after <= ?1 ORDER BY delete_after"},
	{healthcode.QueueVisits, "SELECT delete_after AS at FROM visit WHERE delete_after > 0 AND delete_after <= ?1 ORDER BY delete_after"},
	{healthcode.QueuePictures, "SELECT delete_after AS at FROM photo_data WHERE delete_after > 0 AND delete_after <= ?1 ORDER BY delete_after"},
	{healthcode.QueueNumbers, "SELECT delete_after AS at FROM phone WHERE delete_after > 0 AND delete_after <= ?1 ORDER BY delete_after"},
}

var localQueues = []queue{
	{healthcode.QueueCases, "SELECT due AS at FROM case_file WHERE jurisdiction = ?3 AND state IN ('received', 'assigned', 'verified') AND due > 0 AND due <= ?1"},
	{healthcode.QueuePhotos, "SELECT uploaded AS at FROM photo WHERE jurisdiction = ?3 AND state = 'waiting' AND uploaded <= ?1 ORDER BY uploaded"},
	{healthcode.QueueProposals, "SELECT at FROM change WHERE jurisdiction = ?3 AND state = 'proposed' AND at <= ?1"},
	{healthcode.QueueAlarms, "SELECT at FROM alarm WHERE jurisdiction = ?3 AND released = 0 AND at <= ?1"},
}

// Backlogs reads every queue in one transaction.
func (s *Store) Backlogs(ctx context.Context, jurisdictions []string, now time.Time) (list []healthcode.Backlog, err error) {
	err = s.read(ctx, "counting what waits", func(c *conn) error {
		list = nil
		for _, q := range queues {
			if err := c.backlog(&list, q, "", now); err != nil {
				return err
			}
		}
		for _, j := range jurisdictions {
			for _, q := range localQueues {
				if err := c.backlog(&list, q, j, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return list, err
}

func (c *conn) backlog(list *[]healthcode.Backlog, q queue, jurisdiction string, now time.Time) error {
	args := []any{stamp(now), healthcode.MaxBacklog}
	if jurisdiction != "" {
		args = append(args, jurisdiction)
	}
	b := healthcode.Backlog{Queue: q.name, Jurisdiction: jurisdiction}
	err := c.each("SELECT COUNT(*), COALESCE(MIN(at), 0) FROM ("+q.query+" LIMIT ?2)", args, func(scan scanner) error {
		var oldest int64
		err := scan(&b.Waiting, &oldest)
		b.Oldest = unstamp(oldest)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", q.name, err)
	}
	*list = append(*list, b)
	return nil
}

// DatabaseTime is zero: the file has no clock.
func (s *Store) DatabaseTime(context.Context) (time.Time, error) { return time.Time{}, nil }
