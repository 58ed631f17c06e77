package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var relationTests = map[string]func(*testing.T, healthcode.Store){
	"relations": relationsAreKept,
	"disputes":  disputesAreKept,
	"nobody":    relationsOfNobody,
}

func relation(id string, asker, subject healthcode.PersonID) healthcode.Relation {
	return healthcode.Relation{ID: id, Jurisdiction: "tianjin", Asker: asker, Subject: subject, Kind: healthcode.RelationChild,
		State: "asked", Asked: start, Changed: after(time.Minute)}
}

func utcRelations(list []healthcode.Relation) []healthcode.Relation {
	for i := range list {
		list[i].Asked, list[i].Changed = list[i].Asked.UTC(), list[i].Changed.UTC()
	}
	return list
}

func relationsAreKept(t *testing.T, s healthcode.Store) {
	mother, father, child := person(t, s, 1), person(t, s, 2), person(t, s, 3)
	_, err := s.Relation(ctx, "m")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	a, b, c := relation("m", mother, child), relation("f", father, child), relation("s", mother, father)
	b.Asked, c.Asked, c.Kind = after(time.Second), after(2*time.Second), healthcode.RelationSpouse
	for _, r := range []healthcode.Relation{a, b, c} {
		must(t, s.PutRelation(ctx, r))
	}
	b.State, b.Changed = "consented", after(time.Hour)
	must(t, s.PutRelation(ctx, b))
	got, err := s.Relation(ctx, "f")
	must(t, err)
	if want := utcRelations([]healthcode.Relation{b}); !reflect.DeepEqual(utcRelations([]healthcode.Relation{got}), want) {
		t.Errorf("relation:\n got %+v\nwant %+v", got, want[0])
	}
	for id, want := range map[healthcode.PersonID][]healthcode.Relation{mother: {a, c}, father: {b, c}, child: {a, b}} {
		list, err := s.RelationsOf(ctx, id)
		must(t, err)
		if !reflect.DeepEqual(utcRelations(list), utcRelations(want)) {
			t.Errorf("relations:\n got %+v\nwant %+v", list, want)
		}
	}
}

func utcDisputes(list []healthcode.Dispute) []healthcode.Dispute {
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list
}

func disputesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	d := func(id string, of healthcode.PersonID, at time.Time) healthcode.Dispute {
		return healthcode.Dispute{ID: id, Person: of, Jurisdiction: "beijing", Rule: "entry", State: "received", At: at,
			Facts: []healthcode.FactRef{{Source: "rail", ID: "1"}, {Source: "铁路", ID: "2"}}, Statement: "我没有去过 I wasn't there"}
	}
	first, second, third := d("z", p, start), d("a", p, after(time.Minute)), d("q", q, after(30*time.Second))
	second.Facts, second.Statement = nil, ""
	elsewhere := d("t", q, start)
	elsewhere.Jurisdiction = "tianjin"
	for _, v := range []healthcode.Dispute{second, first, third, elsewhere} {
		must(t, s.PutDispute(ctx, v))
	}
	first.State = "answered"
	must(t, s.PutDispute(ctx, first))
	of, err := s.DisputesOf(ctx, p)
	must(t, err)
	if want := utcDisputes([]healthcode.Dispute{first, second}); !reflect.DeepEqual(utcDisputes(of), want) {
		t.Errorf("of a person:\n got %+v\nwant %+v", of, want)
	}
	all, err := s.Disputes(ctx, "beijing", 10)
	must(t, err)
	if want := utcDisputes([]healthcode.Dispute{first, third, second}); !reflect.DeepEqual(utcDisputes(all), want) {
		t.Errorf("of a jurisdiction:\n got %+v\nwant %+v", all, want)
	}
	two, err := s.Disputes(ctx, "beijing", 2)
	must(t, err)
	wantEqual(t, "limited", len(two), 2)
}

func relationsOfNobody(t *testing.T, s healthcode.Store) {
	p, nobody := person(t, s, 1), healthcode.PersonID{1}
	wantCode(t, "asker", s.PutRelation(ctx, relation("1", nobody, p)), healthcode.CodeNotFound)
	wantCode(t, "subject", s.PutRelation(ctx, relation("1", p, nobody)), healthcode.CodeNotFound)
	wantCode(t, "dispute", s.PutDispute(ctx, healthcode.Dispute{ID: "1", Person: nobody}), healthcode.CodeNotFound)
}
