package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var phoneTests = map[string]func(*testing.T, healthcode.Store){
	"kept":   phonesAreKept,
	"lost":   lostPhonesWait,
	"purged": phonesAreGone,
	"trips":  tripsAreKept,
	"nobody": phonesOfNobody,
}

func phone(id string, of healthcode.PersonID, number string, bound time.Time) healthcode.Phone {
	return healthcode.Phone{ID: id, Person: of, Number: number, Bound: bound.UTC()}
}

func phonesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	_, err := s.Phone(ctx, "a")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	second, first := phone("a", p, "+8613800000002", after(time.Minute)), phone("b", p, "+8613800000001", start)
	same := phone("c", q, first.Number, start) // two persons may share one number
	for _, v := range []healthcode.Phone{second, first, same} {
		must(t, s.PutPhone(ctx, v))
	}
	wantCode(t, "twice", s.PutPhone(ctx, phone("d", p, first.Number, start)), healthcode.CodeConflict)
	second.Unbound, second.DeleteAfter = after(time.Hour).UTC(), after(14*24*time.Hour).UTC()
	second.User, second.UserKind, second.UserSince = "张三", healthcode.RelationSpouse, after(time.Hour).UTC()
	changed := second
	changed.Number = "+8613899999999"
	must(t, s.PutPhone(ctx, changed)) // the number stays
	got, err := s.PhonesOf(ctx, p)
	must(t, err)
	if want := []healthcode.Phone{first, second}; !reflect.DeepEqual(got, want) {
		t.Errorf("phones:\n got %+v\nwant %+v", got, want)
	}
	one, err := s.Phone(ctx, "c")
	must(t, err)
	if !reflect.DeepEqual(one, same) {
		t.Errorf("phone:\n got %+v\nwant %+v", one, same)
	}
}

func lostPhonesWait(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	lost := func(id, jurisdiction string, at time.Time) healthcode.Phone {
		v := phone(id, p, "+86138"+id, start)
		v.Loss = healthcode.PhoneLoss{State: healthcode.PhoneLossAsked, Jurisdiction: jurisdiction, Why: "lost", Asked: at.UTC()}
		return v
	}
	later, sooner, elsewhere := lost("a", "beijing", after(time.Hour)), lost("b", "beijing", start), lost("c", "tianjin", start)
	for _, v := range []healthcode.Phone{later, sooner, elsewhere, phone("d", p, "+8613800000009", start)} {
		must(t, s.PutPhone(ctx, v))
	}
	got, err := s.PhonesLost(ctx, "beijing", 10)
	must(t, err)
	if want := []healthcode.Phone{sooner, later}; !reflect.DeepEqual(got, want) {
		t.Errorf("lost:\n got %+v\nwant %+v", got, want)
	}
	sooner.Loss.State, sooner.Loss.By = healthcode.PhoneLossConfirmed, "wang"
	must(t, s.PutPhone(ctx, sooner))
	got, err = s.PhonesLost(ctx, "beijing", 10)
	must(t, err)
	wantEqual(t, "lost after a decision", len(got), 1)
}

func phonesAreGone(t *testing.T, s healthcode.Store) {
	id, err := s.CreatePerson(ctx, healthcode.Person{Name: "Old", Phone: "+8613800000001", Documents: []healthcode.PersonDocument{{Document: document(1)}}},
		healthcode.Registration{Jurisdiction: "beijing", At: start})
	must(t, err)
	p, err := s.Person(ctx, id)
	must(t, err)
	p.Phone = "+8613800000002"
	must(t, s.UpdatePerson(ctx, p, "resident", start))
	old, kept := phone("old", id, "+8613800000001", start), phone("kept", id, p.Phone, start)
	old.DeleteAfter = after(24 * time.Hour).UTC()
	for _, v := range []healthcode.Phone{old, kept} {
		must(t, s.PutPhone(ctx, v))
	}
	for _, m := range []string{healthcode.PhoneMessages("old") + "1", healthcode.PhoneMessages("older") + "1", "m"} {
		must(t, s.PutMessage(ctx, healthcode.Message{ID: m, Phone: old.Number, Body: "code", At: start}))
	}
	n, err := s.PurgePhones(ctx, after(24*time.Hour-time.Second))
	must(t, err)
	wantEqual(t, "too early", n, 0)
	n, err = s.PurgePhones(ctx, after(24*time.Hour))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	_, err = s.Phone(ctx, "old")
	wantCode(t, "gone", err, healthcode.CodeNotFound)
	_, err = s.Message(ctx, healthcode.PhoneMessages("old")+"1")
	wantCode(t, "its messages", err, healthcode.CodeNotFound)
	for _, m := range []string{healthcode.PhoneMessages("older") + "1", "m"} {
		_, err = s.Message(ctx, m)
		must(t, err)
	}
	list, err := s.PhonesOf(ctx, id)
	must(t, err)
	wantEqual(t, "left", len(list), 1)
	must(t, s.PutPhone(ctx, phone("new", id, old.Number, start))) // the number can be bound anew
}

func tripsAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	_, err := s.Trip(ctx, p)
	wantCode(t, "none", err, healthcode.CodeNotFound)
	a := healthcode.Trip{Person: p, Started: start.UTC(), Expires: after(time.Hour).UTC(), Verified: []string{"b", "a"}}
	b := healthcode.Trip{Person: q, Started: start.UTC(), Expires: after(48 * time.Hour).UTC(), Ready: start.UTC(), Visited: []string{"110105"}, Phones: 2}
	must(t, s.PutTrip(ctx, healthcode.Trip{Person: p, Started: start.UTC(), Expires: start.UTC()}))
	must(t, s.PutTrip(ctx, a))
	must(t, s.PutTrip(ctx, b))
	got, err := s.Trip(ctx, p)
	must(t, err)
	if !reflect.DeepEqual(got, a) {
		t.Errorf("trip:\n got %+v\nwant %+v", got, a)
	}
	ready, err := s.TripsReady(ctx, healthcode.PersonID{}, 10)
	must(t, err)
	if want := []healthcode.Trip{b}; !reflect.DeepEqual(ready, want) {
		t.Errorf("ready:\n got %+v\nwant %+v", ready, want)
	}
	ready, err = s.TripsReady(ctx, q, 10)
	must(t, err)
	wantEqual(t, "after the last", len(ready), 0)
	n, err := s.PurgeTrips(ctx, after(time.Hour))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	must(t, s.DeleteTrip(ctx, q))
	must(t, s.DeleteTrip(ctx, q))
	_, err = s.Trip(ctx, q)
	wantCode(t, "deleted", err, healthcode.CodeNotFound)
}

func phonesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "phone", s.PutPhone(ctx, phone("a", nobody, "+8613800000001", start)), healthcode.CodeNotFound)
	wantCode(t, "trip", s.PutTrip(ctx, healthcode.Trip{Person: nobody}), healthcode.CodeNotFound)
	list, err := s.PhonesOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "phones of nobody", len(list), 0)
}
