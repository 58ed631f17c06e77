package storagetest

import (
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var offlineTests = map[string]func(*testing.T, healthcode.Store){
	"kept":   offlineCodesAreKept,
	"lost":   offlineCodesAreVoided,
	"purged": offlineCodesArePurged,
	"nobody": offlineCodesOfNobody,
}

// offlineCode is a code of 180 days; its token is 16 times b.
func offlineCode(b byte, of healthcode.PersonID, jurisdiction string, issued time.Time) healthcode.OfflineCode {
	token := make([]byte, 16)
	for i := range token {
		token[i] = b
	}
	return healthcode.OfflineCode{Token: token, Person: of, Jurisdiction: jurisdiction, Issued: issued.UTC(),
		Expires: issued.AddDate(0, 0, 180).UTC()}
}

// A later one of the same jurisdiction voids the one before, and no other.
func offlineCodesAreKept(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	first, second := offlineCode(1, p, "beijing", start), offlineCode(2, p, "beijing", after(time.Hour))
	elsewhere, other := offlineCode(3, p, "tianjin", after(time.Minute)), offlineCode(4, q, "beijing", start)
	other.Relation = "r"
	for _, c := range []healthcode.OfflineCode{first, elsewhere, other, second} {
		must(t, s.PutOfflineCode(ctx, c))
	}
	first.Void = second.Issued
	got, err := s.OfflineCodesOf(ctx, p)
	must(t, err)
	if want := []healthcode.OfflineCode{first, elsewhere, second}; !reflect.DeepEqual(got, want) {
		t.Errorf("codes:\n got %+v\nwant %+v", got, want)
	}
	one, err := s.OfflineCode(ctx, other.Token)
	must(t, err)
	if !reflect.DeepEqual(one, other) {
		t.Errorf("code:\n got %+v\nwant %+v", one, other)
	}
	_, err = s.OfflineCode(ctx, offlineCode(9, p, "", start).Token)
	wantCode(t, "an unknown token", err, healthcode.CodeNotFound)
}

func offlineCodesAreVoided(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	c, elsewhere := offlineCode(1, p, "beijing", start), offlineCode(2, p, "tianjin", start)
	must(t, s.PutOfflineCode(ctx, c))
	must(t, s.PutOfflineCode(ctx, elsewhere))
	for want := 1; want >= 0; want-- { // reported twice: the first time stays
		n, err := s.VoidOfflineCodes(ctx, p, "beijing", after(time.Duration(2-want)*time.Hour))
		must(t, err)
		wantEqual(t, "voided", n, want)
	}
	got, err := s.OfflineCode(ctx, c.Token)
	must(t, err)
	wantTime(t, "void since", got.Void, after(time.Hour))
	got, err = s.OfflineCode(ctx, elsewhere.Token)
	must(t, err)
	wantTime(t, "another place's is void since", got.Void, time.Time{})
}

func offlineCodesArePurged(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	must(t, s.PutOfflineCode(ctx, offlineCode(1, p, "beijing", start)))
	must(t, s.PutOfflineCode(ctx, offlineCode(2, p, "tianjin", after(time.Second))))
	n, err := s.PurgeOfflineCodes(ctx, start.AddDate(0, 0, 180))
	must(t, err)
	wantEqual(t, "deleted", n, 1)
	list, err := s.OfflineCodesOf(ctx, p)
	must(t, err)
	if len(list) != 1 || list[0].Jurisdiction != "tianjin" {
		t.Errorf("left: %+v", list)
	}
}

func offlineCodesOfNobody(t *testing.T, s healthcode.Store) {
	nobody := healthcode.PersonID{1}
	wantCode(t, "a code of nobody", s.PutOfflineCode(ctx, offlineCode(1, nobody, "beijing", start)), healthcode.CodeNotFound)
	n, err := s.VoidOfflineCodes(ctx, nobody, "beijing", start)
	must(t, err)
	wantEqual(t, "voided", n, 0)
	list, err := s.OfflineCodesOf(ctx, nobody)
	must(t, err)
	wantEqual(t, "codes of nobody", len(list), 0)
}
