package notice_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/notice"
	"healthcode/internal/resident"
	"healthcode/internal/servicetest"
)

// told is a house with the service of notices, which follows the store as it does in production.
type told struct {
	*servicetest.House
	*notice.Service
}

func newTold(t *testing.T, hooks map[string]*notice.Hook) *told {
	h := servicetest.New(t)
	d := &told{h, nil}
	d.Service = d.again(hooks)
	return d
}

// again is one more service over the same store, as after a restart.
func (d *told) again(hooks map[string]*notice.Hook) *notice.Service {
	s := notice.New(d.Store, d.Status, d.Vault, d.Clock, slog.New(slog.NewTextHandler(io.Discard, nil)), hooks)
	ctx, stop := context.WithCancel(d.Context())
	var group sync.WaitGroup
	group.Go(func() { d.Store.Watch(ctx, s.Changed) })
	d.Cleanup(func() { stop(); group.Wait() })
	return s
}

func (d *told) work() {
	d.Helper()
	if _, err := d.Service.Work(d.Context()); err != nil {
		d.Fatal(err)
	}
}

// at works at an instant, and returns the notices and the messages of somebody, the newest first.
func (d *told) at(t time.Time, a healthcode.Actor, phone string) ([]healthcode.Notice, []string) {
	d.Helper()
	d.Clock.Set(t)
	d.work()
	return d.seen(a, phone)
}

func (d *told) seen(a healthcode.Actor, phone string) ([]healthcode.Notice, []string) {
	d.Helper()
	list, err := d.Of(d.Context(), a, "beijing", 100)
	d.Must(err)
	var messages []string
	for _, m := range d.Messages(phone) {
		if strings.HasPrefix(m.ID, "notice:") {
			messages = append(messages, m.Body)
		}
	}
	return list, messages
}

func want(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %d, want %d", what, got, want)
	}
}

const entered = `{"id":"e","source":"border:PEK","kind":"entry","time":"2022-04-28T08:00:00+08:00","port":"PEK"}`

// The quarantine after an entry has a known end: it is announced before it comes, and nothing is told twice.
func TestEndIsToldBefore(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	list, _ := d.at(servicetest.Start, a, servicetest.Zhang.Phone)
	want(t, "notices of somebody who has just registered", len(list), 0)

	d.Learn(a.Person, entered)
	list, messages := d.at(servicetest.Start.Add(time.Minute), a, servicetest.Zhang.Phone)
	want(t, "notices after the entry", len(list), 1)
	want(t, "messages after the entry", len(messages), 1)
	n := list[0]
	end := time.Date(2022, 5, 20, 0, 0, 0, 0, servicetest.Shanghai)
	if n.Kind != healthcode.NoticeChanged || n.State != "held" || !n.Worse || !n.Until.Equal(end) {
		t.Errorf("notice: %+v", n)
	}
	for _, words := range []string{"5月20日 00:00", "12345", "原因："} {
		if !strings.Contains(n.Body.ZH+messages[0], words) {
			t.Errorf("%q is not told: %s", words, n.Body.ZH)
		}
	}
	if strings.Contains(messages[0], servicetest.Zhang.Name) || strings.Contains(messages[0], servicetest.Zhang.Document.Number) {
		t.Errorf("the message names the person: %s", messages[0])
	}

	list, _ = d.at(end.Add(-notice.LeadBetter-time.Second), a, servicetest.Zhang.Phone)
	want(t, "notices before the lead", len(list), 1)
	list, messages = d.at(end.Add(-notice.LeadBetter), a, servicetest.Zhang.Phone)
	want(t, "notices half a day before", len(list), 2)
	want(t, "messages half a day before", len(messages), 2)
	if n := list[0]; n.Kind != healthcode.NoticeAhead || n.State != "green" || n.Worse || !n.Effective.Equal(end) {
		t.Errorf("notice: %+v", n)
	}
	d.work()
	list, _ = d.at(end.Add(-time.Hour), a, servicetest.Zhang.Phone)
	want(t, "notices an hour before", len(list), 2)

	list, messages = d.at(end, a, servicetest.Zhang.Phone)
	want(t, "notices at the end", len(list), 3)
	want(t, "messages at the end, which was announced", len(messages), 2)
	if n := list[0]; n.Kind != healthcode.NoticeChanged || n.State != "green" || !n.Effective.Equal(end) {
		t.Errorf("notice: %+v", n)
	}
	list, messages = d.at(end.Add(9*time.Hour), a, servicetest.Zhang.Phone)
	want(t, "notices in the morning", len(list), 3)
	want(t, "messages in the morning", len(messages), 2)
}

// What gets worse at night is told at night; what gets better waits for the morning, and isn't told if it has passed by then.
func TestQuietHours(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Li)
	d.work()
	night := servicetest.At(4, 28, 23, 0)
	d.Clock.Set(night)
	d.Learn(a.Person, `{"id":"a","source":"rail:1","kind":"arrival","time":"2022-04-28T22:50:00+08:00","origin":"310115"}`)
	_, messages := d.at(night, a, servicetest.Li.Phone)
	want(t, "messages at night, worse", len(messages), 1)
	d.Clock.Set(night.Add(time.Hour))
	d.Learn(a.Person, `{"id":"t","source":"lab:bj-0007","kind":"test","time":"2022-04-28T22:55:00+08:00","analyte":"nucleic-acid","result":"negative"}`)
	list, messages := d.at(night.Add(time.Hour), a, servicetest.Li.Phone)
	if list[0].Worse {
		t.Fatalf("notice: %+v", list[0])
	}
	told := len(list)
	want(t, "messages at night, better", len(messages), 1)
	_, messages = d.at(servicetest.At(4, 29, 6, 59), a, servicetest.Li.Phone)
	want(t, "messages at 6:59", len(messages), 1)
	list, messages = d.at(servicetest.At(4, 29, 7, 0), a, servicetest.Li.Phone)
	want(t, "messages at 7:00", len(messages), 2)
	want(t, "notices", len(list), told)
}

// After a crash between what was put and the watch, everything is made again, and nothing comes twice. A second process at the
// same time changes nothing either.
func TestNothingTwice(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.work()
	before, err := d.Store.WatchOf(t.Context(), a.Person, "beijing")
	d.Must(err)
	d.Learn(a.Person, entered)
	d.work()
	w, err := d.Store.WatchOf(t.Context(), a.Person, "beijing")
	d.Must(err)
	before.Version, w.Version = w.Version, before.Version
	d.Must(d.Store.PutWatch(t.Context(), before)) // as if it had never moved on
	list, messages := d.seen(a, servicetest.Zhang.Phone)
	want(t, "notices", len(list), 1)
	want(t, "messages", len(messages), 1)

	other := d.again(nil)
	var group sync.WaitGroup
	for _, s := range []*notice.Service{d.Service, other, d.again(nil)} {
		group.Go(func() {
			if _, err := s.Work(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	list, _ = d.seen(a, servicetest.Zhang.Phone)
	if len(list) > 2 { // the watch was put back by hand, so its version is another: once more, and no more
		t.Errorf("%d notices", len(list))
	}
}

// A clock that is put back a little tells nothing; one that jumps over an end tells of it once.
func TestClockJumps(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.work()
	d.Learn(a.Person, entered)
	end := time.Date(2022, 5, 20, 0, 0, 0, 0, servicetest.Shanghai)
	d.at(servicetest.Start.Add(time.Minute), a, servicetest.Zhang.Phone)
	list, messages := d.at(end.Add(10*time.Hour), a, servicetest.Zhang.Phone)
	want(t, "notices after a jump over the end", len(list), 2)
	want(t, "messages after a jump over the end", len(messages), 1)
	list, _ = d.at(end.Add(9*time.Hour+30*time.Minute), a, servicetest.Zhang.Phone)
	want(t, "notices after the clock was put back", len(list), 2)
	list, _ = d.at(end.Add(11*time.Hour), a, servicetest.Zhang.Phone)
	want(t, "notices later", len(list), 2)
}

// upgrade makes Pudong a high-risk area.
func (d *told) upgrade() {
	d.Must(d.Store.PutAreas(d.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "310115", Name: healthcode.Text{ZH: "浦东新区", EN: "Pudong"},
		Levels: []healthcode.LevelChange{{From: servicetest.At(4, 19, 0, 0), Level: healthcode.LevelHigh}}}}}))
}

// A change of the areas concerns those who were there, and nobody writes to their rows: everybody is looked at.
func TestAreaIsUpgraded(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.Learn(a.Person, `{"id":"s","source":"telecom","kind":"stay","area":"310115","from":"2022-04-20T10:00:00+08:00","to":"2022-04-22T10:00:00+08:00","evidence":"venue"}`)
	list, _ := d.at(servicetest.Start, a, servicetest.Zhang.Phone)
	n := len(list)
	d.upgrade()
	list, _ = d.at(servicetest.Start.Add(time.Minute), a, servicetest.Zhang.Phone)
	if len(list) != n+1 || list[0].State != "held" {
		t.Fatalf("notices: %+v", list)
	}
	want(t, "looked at again", must(d.Work(t.Context())), 0)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// People choose which messages they want; the page tells them everything, and marks what they have read.
func TestSettings(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.work()
	d.WantCode(d.Set(t.Context(), a, healthcode.NoticeSetting{Jurisdiction: "beijing", Messages: "some"}), healthcode.CodeInvalid)
	d.Must(d.Set(t.Context(), a, healthcode.NoticeSetting{Jurisdiction: "beijing", Messages: healthcode.MessagesNone}))
	d.Learn(a.Person, entered)
	list, messages := d.at(servicetest.Start.Add(time.Minute), a, servicetest.Zhang.Phone)
	want(t, "notices", len(list), 1)
	want(t, "messages", len(messages), 0)
	want(t, "read", must(d.Read(t.Context(), a, "beijing", time.Time{})), 1)
	list, _ = d.seen(a, servicetest.Zhang.Phone)
	if list[0].Read.IsZero() {
		t.Error("the notice isn't read")
	}
	d.Refused(servicetest.Others("beijing", healthcode.RoleResident), map[string]func(healthcode.Actor) error{
		"of":   func(a healthcode.Actor) error { _, err := d.Of(t.Context(), a, "beijing", 1); return err },
		"read": func(a healthcode.Actor) error { _, err := d.Read(t.Context(), a, "beijing", time.Time{}); return err },
		"set": func(a healthcode.Actor) error {
			return d.Set(t.Context(), a, healthcode.NoticeSetting{Jurisdiction: "beijing", Messages: "all"})
		},
		"setting": func(a healthcode.Actor) error { _, _, err := d.Setting(t.Context(), a, "beijing"); return err },
	})
}

// The webhook gets each notice of who wants it, signed, until it takes it.
func TestWebhook(t *testing.T) {
	secret := []byte("a secret of 24 characters")
	var mu sync.Mutex
	var got []map[string]any
	refuse := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s", r.Header.Get("Healthcode-Timestamp"), body)
		if r.Header.Get("Healthcode-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			t.Error("the signature is wrong")
		}
		if refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var n map[string]any
		if err := json.Unmarshal(body, &n); err != nil {
			t.Error(err)
		}
		got = append(got, n)
	}))
	defer server.Close()
	hook, err := notice.NewHook(server.URL, secret)
	if err != nil {
		t.Fatal(err)
	}
	d := newTold(t, map[string]*notice.Hook{"beijing": hook})
	a, b := d.Register("beijing", servicetest.Zhang), d.Register("beijing", servicetest.Li)
	d.work()
	d.Must(d.Set(t.Context(), a, healthcode.NoticeSetting{Jurisdiction: "beijing", Messages: healthcode.MessagesAll, Push: true}))
	d.Learn(a.Person, entered)
	d.Learn(b.Person, strings.Replace(entered, `"e"`, `"f"`, 1))
	d.work()
	want(t, "tried", must(d.Push(t.Context())), 1)
	want(t, "tried at once again", must(d.Push(t.Context())), 0)
	refuse = false
	d.Clock.Advance(6 * time.Second)
	want(t, "tried later", must(d.Push(t.Context())), 1)
	d.Clock.Advance(time.Hour)
	want(t, "tried when it was taken", must(d.Push(t.Context())), 0)
	_, subject, err := d.Setting(t.Context(), a, "beijing")
	d.Must(err)
	if len(got) != 1 || got[0]["subject"] != subject || got[0]["state"] != "held" || strings.Contains(fmt.Sprint(got[0]), a.Person.String()) {
		t.Errorf("got %v", got)
	}
	for _, address := range []string{"http://example.com/", "ftp://example.com", "://"} {
		if _, err := notice.NewHook(address, secret); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
}

// Who has declared a journey is told before the arrival what will be asked.
func TestTripReminder(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.upgrade()
	arriving := servicetest.Start.Add(48 * time.Hour)
	d.Must(d.Store.PutTrip(t.Context(), healthcode.Trip{Person: a.Person, Started: d.Clock.Now(), Ready: d.Clock.Now(), Expires: arriving.Add(resident.TripWait),
		Visited: []string{"310115"}, Phones: 1}))
	want(t, "two days before", must(d.Trips(t.Context())), 0)
	d.Clock.Set(arriving.Add(-notice.TripLead))
	want(t, "a day before", must(d.Trips(t.Context())), 1)
	want(t, "again", must(d.Trips(t.Context())), 0)
	list, messages := d.seen(a, servicetest.Zhang.Phone)
	if len(messages) != 1 || len(list) != 1 || list[0].Kind != healthcode.NoticeTrip || list[0].State != "held" {
		t.Fatalf("%+v %q", list, messages)
	}
	if !strings.Contains(list[0].Body.ZH, "核酸") {
		t.Errorf("the reminder doesn't say what will be asked: %s", list[0].Body.ZH)
	}
}

// TestVisitsThatMeanNothing: a visit that no policy makes anything of is nobody's work; one in a place with a risk is.
func TestVisitsThatMeanNothing(t *testing.T) {
	d := newTold(t, nil)
	a := d.Register("beijing", servicetest.Zhang)
	d.work()
	visit := func(n int, area string) int {
		now := d.Clock.Now()
		_, err := d.Store.Append(d.Context(), []healthcode.PersonFact{{Person: a.Person, Fact: healthcode.Fact{ID: fmt.Sprint(n), Source: "venue:v",
			Kind: healthcode.KindStay, Area: area, Evidence: "venue", From: now, To: now, Recorded: now}}})
		d.Must(err)
		done, err := d.Service.Work(d.Context())
		d.Must(err)
		return done
	}
	if n := visit(1, "540102"); n != 0 {
		t.Errorf("%d were looked at after a visit that means nothing", n)
	}
	d.Must(d.Store.PutAreas(d.Context(), healthcode.AreaHistory{Areas: []healthcode.County{{Code: "310115",
		Levels: []healthcode.LevelChange{{From: d.Clock.Now().Add(-48 * time.Hour), Level: healthcode.LevelHigh}}}}}))
	d.work()
	if n := visit(2, "310115"); n == 0 {
		t.Error("nobody was looked at after a visit to a place of high risk")
	}
}
