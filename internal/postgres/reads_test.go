package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"healthcode"
)

// query returns a read that stores one number.
func query(sql string, into *int) *read {
	return &read{ctx: ctx, sql: sql, done: make(chan struct{}), each: func(rows pgx.Rows) error { return rows.Scan(into) }}
}

// TestAFailedReadSparesItsNeighbours sends good and bad reads in one message.
func TestAFailedReadSparesItsNeighbours(t *testing.T) {
	s := newStore(t)
	refused := errors.New("refused")
	got := make([]int, 4)
	bad, late := new(int), new(int)
	group := []*read{query("SELECT 1", &got[0]), query("SELECT 1/0", bad), query("SELECT 2", &got[1]),
		query("SELECT 9", new(int)), query("SELECT 'x'", bad), query("SELECT 3", &got[2]), query("SELECT 7", late), query("SELECT 4", &got[3])}
	group[3].each = func(pgx.Rows) error { return refused }
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	group[6].ctx = cancelled
	all := append([]*read(nil), group...)
	s.reads.run(group)
	for i, want := range []string{"", "division by zero", "", "refused", "cannot scan", "", "canceled", ""} {
		select {
		case <-all[i].done:
		default:
			t.Fatalf("read %d was not answered", i)
		}
		if err := all[i].err; (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("read %d: error %v, want %q", i, err, want)
		}
	}
	if want := [...]int{1, 2, 3, 4}; [4]int(got) != want || *late != 0 {
		t.Errorf("answers %v and %d, want %v and 0", got, *late, want)
	}
}

func TestReadsThatWaitGoTogether(t *testing.T) {
	queue := make(chan *read, 3*maxReads)
	for range 3 * maxReads {
		queue <- &read{}
	}
	if n := len(collect([]*read{{}}, queue)); n != maxReads {
		t.Errorf("a group of %d, want %d", n, maxReads)
	}
	if n := len(collect([]*read{{}}, make(chan *read))); n != 1 {
		t.Errorf("a group of %d where nothing waits, want 1", n)
	}
}

// TestASharedReadIsTrueWhenAsked: whoever asks for the version after a change was acknowledged sees the change, also
// where others ask all the time.
func TestASharedReadIsTrueWhenAsked(t *testing.T) {
	s := newStore(t)
	stop := make(chan struct{})
	var others sync.WaitGroup
	for range 8 {
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				impatient, cancel := context.WithCancel(ctx)
				cancel() // whoever shares with this one must not be disturbed
				s.AreasVersion(impatient)
				if _, err := s.AreasVersion(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 100 {
		if err := s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: fmt.Sprint(110100 + i)}}}); err != nil {
			t.Fatal(err)
		}
		if version, err := s.AreasVersion(ctx); err != nil || version != int64(i+1) {
			t.Fatalf("version %d (%v) after change %d", version, err, i+1)
		}
	}
	close(stop)
	others.Wait()
}

// TestTextsThatCantBeStored: PostgreSQL takes neither the character 0 nor what isn't UTF-8.
func TestTextsThatCantBeStored(t *testing.T) {
	s := newStore(t)
	for _, bad := range []string{"a\x00b", "\xff\xfe"} {
		_, byName := s.StaffByName(ctx, bad)
		_, venue := s.Venue(ctx, bad)
		_, relation := s.Relation(ctx, bad)
		_, code := s.TryCode(ctx, bad)
		for what, err := range map[string]error{"account": byName, "venue": venue, "relation": relation, "code": code} {
			if err == nil || healthcode.CodeOf(err) != healthcode.CodeNotFound {
				t.Errorf("%s %q: %v, want not found", what, bad, err)
			}
		}
		if list, err := s.Venues(ctx, bad); err != nil || len(list) > 0 {
			t.Errorf("venues of %q: %v, %v", bad, list, err)
		}
		if err := s.PutVenue(ctx, healthcode.Venue{ID: bad}); healthcode.CodeOf(err) != healthcode.CodeInvalid {
			t.Errorf("venue %q was stored: %v", bad, err)
		}
	}
	if _, err := s.AreasVersion(ctx); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
