package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var noticeTests = map[string]func(*testing.T, healthcode.Store){
	"watches":  watchesAreClaimed,
	"kept":     noticesAreKept,
	"read":     noticesAreRead,
	"pushed":   noticesArePushed,
	"purged":   noticesArePurged,
	"settings": noticeSettingsAreKept,
	"sweeps":   noticeSweepsAreKept,
	"phones":   phonesLeadToHolders,
	"board":    boardIsKept,
	"nobody":   noticesOfNobody,
}

func watchesAreClaimed(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	_, err := s.WatchOf(ctx, p, "beijing")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	a := healthcode.Watch{Person: p, Jurisdiction: "beijing", Wake: start.UTC(), State: "held", Holds: []string{"2", "4"}, Since: start.UTC(),
		Until: after(time.Hour).UTC(), Ahead: after(time.Hour).UTC(), Next: "green|", AheadAt: start.UTC(), Waiting: "n", MessageAt: after(time.Minute).UTC(), Keyed: true}
	b := healthcode.Watch{Person: q, Jurisdiction: "tianjin", Wake: after(time.Minute).UTC(), State: "green", Since: start.UTC()}
	idle := healthcode.Watch{Person: q, Jurisdiction: "beijing", State: "green", Since: start.UTC()}
	for _, w := range []healthcode.Watch{b, a, idle} {
		must(t, s.PutWatch(ctx, w))
	}
	wantCode(t, "a second new one", s.PutWatch(ctx, a), healthcode.CodeConflict)
	got, err := s.WatchOf(ctx, p, "beijing")
	must(t, err)
	if a.Version = 1; !reflect.DeepEqual(got, a) {
		t.Errorf("watch:\n got %+v\nwant %+v", got, a)
	}
	claimed, err := s.ClaimWatches(ctx, after(time.Second), after(time.Hour), 10)
	must(t, err)
	if a.Wake = after(time.Hour).UTC(); len(claimed) != 1 || !reflect.DeepEqual(claimed[0], a) {
		t.Errorf("claimed: %+v, want %+v", claimed, a)
	}
	claimed, err = s.ClaimWatches(ctx, after(time.Second), after(time.Hour), 10)
	must(t, err)
	wantEqual(t, "claimed again", len(claimed), 0)
	a.State, a.Wake = "green", time.Time{}
	must(t, s.PutWatch(ctx, a))
	wantCode(t, "an old version", s.PutWatch(ctx, a), healthcode.CodeConflict)
	claimed, err = s.ClaimWatches(ctx, after(24*time.Hour), after(48*time.Hour), 10)
	must(t, err)
	if len(claimed) != 1 || claimed[0].Person != q || claimed[0].Jurisdiction != "tianjin" {
		t.Errorf("claimed later: %+v", claimed)
	}
}

func notice(of healthcode.PersonID, id string, at time.Time) healthcode.Notice {
	return healthcode.Notice{ID: id, Person: of, Jurisdiction: "beijing", Kind: healthcode.NoticeChanged, At: at.UTC(), Effective: at.UTC(), Until: at.Add(time.Hour).UTC(),
		State: "held", Holds: []string{"4"}, Worse: true, Title: healthcode.Text{ZH: "无法核验", EN: "Held"}, Body: healthcode.Text{ZH: "原因", EN: "Why"}}
}

func noticesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	first, second, other := notice(p, "a", start), notice(p, "b", after(time.Minute)), notice(q, "a", start)
	elsewhere := notice(p, "c", after(time.Hour))
	elsewhere.Jurisdiction = "tianjin"
	for _, n := range []healthcode.Notice{first, second, other, elsewhere} {
		kept, err := s.PutNotice(ctx, n)
		must(t, err)
		wantEqual(t, "kept "+n.ID, kept, true)
	}
	again := first
	again.Title.EN = "Something else"
	kept, err := s.PutNotice(ctx, again)
	must(t, err)
	wantEqual(t, "kept twice", kept, false)
	got, err := s.NoticesOf(ctx, p, "beijing", 10)
	must(t, err)
	if want := []healthcode.Notice{second, first}; !reflect.DeepEqual(got, want) {
		t.Errorf("notices:\n got %+v\nwant %+v", got, want)
	}
	one, err := s.Notice(ctx, q, "a")
	must(t, err)
	if !reflect.DeepEqual(one, other) {
		t.Errorf("notice:\n got %+v\nwant %+v", one, other)
	}
	_, err = s.Notice(ctx, q, "b")
	wantCode(t, "another's", err, healthcode.CodeNotFound)
}

func noticesAreRead(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	for _, n := range []healthcode.Notice{notice(p, "a", start), notice(p, "b", after(time.Hour))} {
		_, err := s.PutNotice(ctx, n)
		must(t, err)
	}
	for _, want := range []int{1, 0} {
		n, err := s.ReadNotices(ctx, p, "beijing", after(time.Minute))
		must(t, err)
		wantEqual(t, "read", n, want)
	}
	list, err := s.NoticesOf(ctx, p, "beijing", 10)
	must(t, err)
	wantTime(t, "the later one", list[0].Read, time.Time{})
	wantTime(t, "the earlier one", list[1].Read, after(time.Minute))
}

func noticesArePushed(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	due, never := notice(p, "a", start), notice(p, "b", start)
	due.Push = start.UTC()
	for _, n := range []healthcode.Notice{due, never} {
		_, err := s.PutNotice(ctx, n)
		must(t, err)
	}
	claimed, err := s.ClaimPushes(ctx, start, after(time.Minute), 10)
	must(t, err)
	if due.Push = after(time.Minute).UTC(); len(claimed) != 1 || !reflect.DeepEqual(claimed[0], due) {
		t.Errorf("claimed: %+v, want %+v", claimed, due)
	}
	claimed, err = s.ClaimPushes(ctx, start, after(time.Minute), 10)
	must(t, err)
	wantEqual(t, "claimed again", len(claimed), 0)
	must(t, s.PutPush(ctx, p, "a", after(time.Hour), 1))
	claimed, err = s.ClaimPushes(ctx, after(time.Hour), after(2*time.Hour), 10)
	must(t, err)
	if len(claimed) != 1 || claimed[0].Tries != 1 {
		t.Errorf("claimed once more: %+v", claimed)
	}
	must(t, s.PutPush(ctx, p, "a", time.Time{}, 2))
	claimed, err = s.ClaimPushes(ctx, after(24*time.Hour), after(48*time.Hour), 10)
	must(t, err)
	wantEqual(t, "claimed when done", len(claimed), 0)
	wantCode(t, "unknown", s.PutPush(ctx, p, "x", start, 0), healthcode.CodeNotFound)
}

func noticesArePurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	for _, n := range []healthcode.Notice{notice(p, "a", start), notice(p, "b", after(time.Hour))} {
		_, err := s.PutNotice(ctx, n)
		must(t, err)
	}
	n, err := s.PurgeNotices(ctx, after(time.Hour))
	must(t, err)
	wantEqual(t, "deleted", n, 1)
	list, err := s.NoticesOf(ctx, p, "beijing", 10)
	must(t, err)
	if len(list) != 1 || list[0].ID != "b" {
		t.Errorf("left: %+v", list)
	}
}

func noticeSettingsAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	got, err := s.NoticeSettingOf(ctx, p, "beijing")
	must(t, err)
	wantEqual(t, "at first", got, healthcode.NoticeSetting{Person: p, Jurisdiction: "beijing", Messages: healthcode.MessagesAll})
	want := healthcode.NoticeSetting{Person: p, Jurisdiction: "beijing", Messages: healthcode.MessagesWorse, Push: true}
	must(t, s.PutNoticeSetting(ctx, healthcode.NoticeSetting{Person: p, Jurisdiction: "beijing", Messages: healthcode.MessagesNone}))
	must(t, s.PutNoticeSetting(ctx, want))
	got, err = s.NoticeSettingOf(ctx, p, "beijing")
	must(t, err)
	wantEqual(t, "later", got, want)
}

func noticeSweepsAreKept(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	got, err := s.NoticeSweepOf(ctx, "beijing")
	must(t, err)
	wantEqual(t, "at first", got, healthcode.NoticeSweep{Jurisdiction: "beijing"})
	for _, want := range []healthcode.NoticeSweep{
		{Jurisdiction: "beijing", Mark: "7", After: p}, {Jurisdiction: "beijing", Mark: "7", Done: true}} {
		must(t, s.PutNoticeSweep(ctx, want))
		got, err = s.NoticeSweepOf(ctx, "beijing")
		must(t, err)
		wantEqual(t, "later", got, want)
	}
}

func phonesLeadToHolders(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	must(t, s.PutPhone(ctx, phone("a", p, "+8613800000001", start)))
	must(t, s.KeyPhone(ctx, q, "+8613800000001"))
	must(t, s.KeyPhone(ctx, q, "+8613800000001"))
	list, err := s.PhoneHolders(ctx, "+8613800000001")
	must(t, err)
	if len(list) != 2 || list[0] == list[1] {
		t.Errorf("holders: %v", list)
	}
	gone := phone("a", p, "", start)
	gone.DeleteAfter = after(time.Hour)
	must(t, s.PutPhone(ctx, gone))
	_, err = s.PurgePhones(ctx, after(time.Hour))
	must(t, err)
	list, err = s.PhoneHolders(ctx, "+8613800000001")
	must(t, err)
	if len(list) != 1 || list[0] != q {
		t.Errorf("holders after the number of one was purged: %v", list)
	}
	id, err := s.CreatePerson(ctx, healthcode.Person{Name: "Old", Phone: "+8613800000003", Documents: []healthcode.PersonDocument{{Document: document(3)}}},
		healthcode.Registration{Jurisdiction: "beijing", At: start})
	must(t, err)
	list, err = s.PhoneHolders(ctx, "+8613800000003")
	must(t, err)
	if len(list) != 1 || list[0] != id {
		t.Errorf("holders of a number of a registration: %v", list)
	}
}

func boardIsKept(t *testing.T, s healthcode.Store) {
	_, err := s.Bulletin(ctx, "a")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	a := healthcode.Bulletin{ID: "a", Jurisdiction: "beijing", Title: healthcode.Text{ZH: "通知", EN: "Notice"}, Body: healthcode.Text{ZH: "内容", EN: "Text"},
		From: start.UTC(), Until: after(time.Hour).UTC(), By: "wang", At: start.UTC()}
	b, elsewhere := a, a
	b.ID, b.From = "b", after(time.Minute).UTC()
	elsewhere.ID, elsewhere.Jurisdiction = "c", "tianjin"
	for _, v := range []healthcode.Bulletin{a, b, elsewhere} {
		must(t, s.PutBulletin(ctx, v))
	}
	a.Withdrawn, a.WithdrawnBy, a.Why = after(time.Second).UTC(), "li", healthcode.Text{ZH: "有误", EN: "A mistake"}
	must(t, s.PutBulletin(ctx, a))
	list, err := s.Bulletins(ctx, "beijing", 10)
	must(t, err)
	if want := []healthcode.Bulletin{b, a}; !reflect.DeepEqual(list, want) {
		t.Errorf("bulletins:\n got %+v\nwant %+v", list, want)
	}
	one, err := s.Bulletin(ctx, "a")
	must(t, err)
	wantEqual(t, "bulletin", one, a)

	x := healthcode.TestSite{ID: "x", Area: "110105", Name: healthcode.Text{ZH: "医院", EN: "Hospital"}, Address: healthcode.Text{ZH: "路", EN: "Road"}, Hours: "08:00-20:00", Phone: "12345"}
	y := x
	y.ID, y.Area = "y", "110101"
	must(t, s.ReplaceTestSites(ctx, "tianjin", []healthcode.TestSite{x}))
	must(t, s.ReplaceTestSites(ctx, "beijing", []healthcode.TestSite{x}))
	must(t, s.ReplaceTestSites(ctx, "beijing", []healthcode.TestSite{x, y}))
	x.Jurisdiction, y.Jurisdiction = "beijing", "beijing"
	sites, err := s.TestSites(ctx, "beijing")
	must(t, err)
	if want := []healthcode.TestSite{y, x}; !reflect.DeepEqual(sites, want) {
		t.Errorf("sites:\n got %+v\nwant %+v", sites, want)
	}
}

func noticesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "a watch", s.PutWatch(ctx, healthcode.Watch{Person: nobody, Jurisdiction: "beijing"}), healthcode.CodeNotFound)
	_, err := s.PutNotice(ctx, notice(nobody, "a", start))
	wantCode(t, "a notice", err, healthcode.CodeNotFound)
	wantCode(t, "a setting", s.PutNoticeSetting(ctx, healthcode.NoticeSetting{Person: nobody}), healthcode.CodeNotFound)
	wantCode(t, "a phone", s.KeyPhone(ctx, nobody, "+8613800000001"), healthcode.CodeNotFound)
	list, err := s.NoticesOf(ctx, nobody, "beijing", 10)
	must(t, err)
	wantEqual(t, "notices of nobody", len(list), 0)
}
