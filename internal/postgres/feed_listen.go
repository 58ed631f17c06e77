package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

const (
	// roll is how often a process looks who is there, and so whether its connection still carries anything.
	roll = time.Second
	// rollTimeout is for a server that takes a query and never answers.
	rollTimeout = 2 * time.Second
	// listenAgain is the wait before connecting anew.
	listenAgain = 200 * time.Millisecond
	// peerClass is the first half of the advisory locks by which processes show that they live ("hcpr").
	peerClass = 0x68637072
)

// connect opens the connection that listens, shows that this process lives, and says so.
func (f *feed) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*rollTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, f.pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	var batch pgx.Batch
	batch.Queue("SELECT pg_advisory_lock_shared($1, $2)", int32(peerClass), f.peer)
	batch.Queue("LISTEN " + channel)
	batch.Queue("SELECT pg_notify($1, $2)", channel, f.name(saysHello))
	if err := conn.SendBatch(ctx, &batch).Close(); err != nil {
		conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// listen tells what other processes notify of, over conn and then over others, until ctx ends.
func (f *feed) listen(ctx context.Context, conn *pgx.Conn) {
	for {
		peers := peers{}
		for conn != nil && ctx.Err() == nil {
			if f.hear(ctx, conn, peers) != nil {
				break
			}
		}
		if conn != nil {
			last, cancel := context.WithTimeout(context.Background(), rollTimeout)
			conn.Close(last)
			cancel()
		}
		if ctx.Err() != nil {
			return
		}
		f.Tell(healthcode.Event{All: true, Lost: true})
		select {
		case <-ctx.Done():
			return
		case <-time.After(listenAgain):
		}
		var err error
		if conn, err = f.connect(ctx); err == nil {
			f.Tell(healthcode.Event{All: true})
		}
	}
}

// hear listens for about the length of a roll, and then calls it.
func (f *feed) hear(ctx context.Context, conn *pgx.Conn, peers peers) error {
	wait, cancel := context.WithTimeout(ctx, roll)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(wait)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case wait.Err() != nil && (err == nil || errors.Is(err, context.DeadlineExceeded)):
			if n != nil {
				f.heard(n.Payload, peers)
			}
			return f.callRoll(ctx, conn, peers)
		case err != nil:
			return err
		}
		f.heard(n.Payload, peers)
	}
}

func (f *feed) heard(payload string, peers peers) {
	if len(payload) > 1 {
		if peer, err := strconv.Atoi(payload[1:]); err == nil {
			switch payload[:1] {
			case saysHello:
				peers[int32(peer)] = present
				return
			case saysBye:
				delete(peers, int32(peer))
				return
			}
		}
	}
	f.Tell(parsePayload(payload))
}

// peers are the processes that are known to live, and those that were gone the last time.
type peers map[int32]presence

type presence int

const (
	present presence = iota
	gone
)

// callRoll asks which processes live. One that ended without a word may have changed anything; it is asked
// for twice, because what it had sent to the server may have been committed after it was gone.
func (f *feed) callRoll(ctx context.Context, conn *pgx.Conn, peers peers) error {
	ctx, cancel := context.WithTimeout(ctx, rollTimeout)
	defer cancel()
	rows, err := conn.Query(ctx, `SELECT objid::bigint::int FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2
		AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, int64(peerClass))
	if err != nil {
		return err
	}
	living, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return err
	}
	here := make(map[int32]bool, len(living))
	for _, peer := range living {
		here[peer] = true
		peers[peer] = present
	}
	missed := false
	for peer, was := range peers {
		switch {
		case here[peer]:
		case was == gone:
			missed = true
			delete(peers, peer)
		default:
			missed = true
			peers[peer] = gone
		}
	}
	if missed {
		f.Tell(healthcode.Event{All: true})
	}
	return nil
}
