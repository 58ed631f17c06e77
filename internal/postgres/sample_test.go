package postgres

import (
	"testing"
	"time"

	"healthcode"
)

var (
	samplePassport = healthcode.Document{Type: healthcode.DocumentPassport, Number: "C01X00T47", Country: "DEU"}
	sampleFeed     = healthcode.Document{Type: healthcode.DocumentID, Number: "11010519900307123X"}
)

func samplePerson() healthcode.Person {
	return healthcode.Person{Name: "Erika Mustermann 张三", Birth: time.Date(1990, 3, 7, 0, 0, 0, 0, time.UTC), Language: healthcode.EN,
		Phone: "+8613800138000", Identity: healthcode.IdentityChecked,
		Documents: []healthcode.PersonDocument{{Document: samplePassport, Entry: true, Added: testTime}}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sampleData puts a row into every table, using only what the first version could store.
func sampleData(t *testing.T, s *Store) (registered, fed healthcode.PersonID) {
	t.Helper()
	id, err := s.CreatePerson(ctx, samplePerson(), healthcode.Registration{Jurisdiction: "beijing", Declaration: "1", Language: healthcode.EN,
		Channel: "web", At: testTime})
	must(t, err)
	ids, err := s.EnsurePersons(ctx, []healthcode.Document{sampleFeed})
	must(t, err)
	changed := samplePerson()
	changed.ID = id
	must(t, s.UpdatePerson(ctx, changed, "w", testTime))
	for n := range 3 {
		_, err := s.Append(ctx, []healthcode.PersonFact{{Person: id, Fact: benchFact("sample", n), DeleteAfter: testTime.AddDate(9, 0, 0)}})
		must(t, err)
	}
	must(t, s.PutAreas(ctx, healthcode.AreaHistory{Areas: []healthcode.County{{Code: "110105", Name: healthcode.Text{ZH: "朝阳区"}}}}, testTime))
	must(t, s.PutStaff(ctx, healthcode.Staff{Name: "w", Role: healthcode.RoleCaseworker, Jurisdiction: "beijing", TokenHash: []byte("t")}))
	must(t, s.PutSession(ctx, healthcode.Session{ID: "s", TokenHash: []byte("t"), Person: id, Created: testTime, Expires: testTime.AddDate(9, 0, 0)}))
	must(t, s.PutCode(ctx, healthcode.OneTimeCode{Key: "k", Hash: []byte("h"), Sent: testTime, Expires: testTime.AddDate(9, 0, 0)}))
	_, err = s.Count(ctx, "k", testTime)
	must(t, err)
	must(t, s.PutLook(ctx, healthcode.Look{Person: id, At: testTime, Role: healthcode.RoleCaseworker, By: "w", Jurisdiction: "beijing", Saw: "green"}))
	must(t, s.PutRelation(ctx, healthcode.Relation{ID: "r", Asker: id, Subject: ids[0], Kind: healthcode.RelationChild, State: "asked", Asked: testTime}))
	must(t, s.PutDispute(ctx, healthcode.Dispute{ID: "d", Person: id, Jurisdiction: "beijing", Statement: "I was at home", At: testTime, State: "received"}))
	must(t, s.PutPhoto(ctx, healthcode.Photo{ID: "p", Person: id, Jurisdiction: "beijing", Type: "image/png", Data: []byte("picture"), Uploaded: testTime}))
	must(t, s.PutVenue(ctx, healthcode.Venue{ID: "v", Jurisdiction: "beijing", Kind: "mall"}))
	must(t, s.PutVisit(ctx, healthcode.Visit{Person: id, Venue: "v", At: testTime, Decision: "admit", State: "green"}, nil))
	must(t, s.PutMessage(ctx, healthcode.Message{ID: "m", Phone: "+8613800138000", Body: "hello there", At: testTime}))
	must(t, s.PutReceipt(ctx, healthcode.MessageReceipt{Ref: "g", State: healthcode.MessageDelivered, At: testTime}))
	return id, ids[0]
}

// checkSample finds everything that sampleData stored.
func checkSample(t *testing.T, s *Store) {
	t.Helper()
	id, err := s.FindPerson(ctx, samplePassport)
	must(t, err)
	fed, err := s.FindPerson(ctx, sampleFeed)
	must(t, err)
	p, err := s.Person(ctx, id)
	must(t, err)
	if p.Name != samplePerson().Name || p.Phone != samplePerson().Phone || len(p.Documents) != 1 || !p.Registered.Equal(testTime) {
		t.Errorf("person %+v", p)
	}
	facts, err := s.Facts(ctx, id)
	must(t, err)
	if len(facts) != 3 || facts[0].ID != benchFact("sample", 0).ID {
		t.Errorf("facts %+v", facts)
	}
	disputes, err := s.DisputesOf(ctx, id)
	must(t, err)
	if len(disputes) != 1 || disputes[0].Statement != "I was at home" {
		t.Errorf("disputes %+v", disputes)
	}
	photo, err := s.Photo(ctx, "p")
	must(t, err)
	message, err := s.Message(ctx, "m")
	must(t, err)
	if string(photo.Data) != "picture" || message.Body != "hello there" {
		t.Errorf("photo %q, message %q", photo.Data, message.Body)
	}
	relations, err := s.RelationsOf(ctx, fed)
	must(t, err)
	sessions, err := s.SessionsOf(ctx, id)
	must(t, err)
	looks, err := s.Looks(ctx, id, 9)
	must(t, err)
	visits, err := s.VisitsAt(ctx, "v", testTime, 9)
	must(t, err)
	history, version, err := s.Areas(ctx)
	must(t, err)
	_, err = s.StaffByToken(ctx, []byte("t"))
	must(t, err)
	if len(relations) != 1 || len(sessions) != 1 || len(looks) != 1 || len(visits) != 1 || len(history.Areas) != 1 || version != 1 {
		t.Errorf("%d relations, %d sessions, %d looks, %d visits, %d areas of version %d, want one of each",
			len(relations), len(sessions), len(looks), len(visits), len(history.Areas), version)
	}
}
