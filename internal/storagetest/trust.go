package storagetest

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"healthcode"
)

var trustTests = map[string]func(*testing.T, healthcode.Store){
	"records":     trustRecordsAreKept,
	"two at once": trustRecordsDoNotOverwrite,
	"revocations": revocationsAreKept,
}

func trustRecordsAreKept(t *testing.T, s healthcode.Store) {
	second := healthcode.TrustRecord{Kind: "list", Name: "b", Body: []byte{0, 1, 2}, Updated: start.UTC()}
	first := healthcode.TrustRecord{Kind: "list", Name: "a", Body: []byte("x"), Updated: after(time.Hour).UTC()}
	other := healthcode.TrustRecord{Kind: "key", Name: "a", Body: []byte("y"), Updated: start.UTC()}
	for _, r := range []healthcode.TrustRecord{second, first, other} {
		must(t, s.PutTrustRecord(ctx, r))
	}
	first.Version, second.Version = 1, 1
	second.Body = []byte("newer")
	must(t, s.PutTrustRecord(ctx, second))
	second.Version = 2
	got, err := s.TrustRecords(ctx, "list")
	must(t, err)
	if want := []healthcode.TrustRecord{first, second}; !reflect.DeepEqual(got, want) {
		t.Errorf("records:\n got %+v\nwant %+v", got, want)
	}
	must(t, s.DeleteTrustRecord(ctx, "list", "a"))
	wantCode(t, "deleted twice", s.DeleteTrustRecord(ctx, "list", "a"), healthcode.CodeNotFound)
	got, err = s.TrustRecords(ctx, "list")
	must(t, err)
	wantEqual(t, "left", len(got), 1)
}

func trustRecordsDoNotOverwrite(t *testing.T, s healthcode.Store) {
	r := healthcode.TrustRecord{Kind: "list", Name: "a", Body: []byte("1"), Updated: start}
	wantCode(t, "changing what isn't there", s.PutTrustRecord(ctx, healthcode.TrustRecord{Kind: "list", Name: "a", Version: 1, Updated: start}), healthcode.CodeConflict)
	must(t, s.PutTrustRecord(ctx, r))
	wantCode(t, "made twice", s.PutTrustRecord(ctx, r), healthcode.CodeConflict)
	r.Version = 1
	must(t, s.PutTrustRecord(ctx, r))
	wantCode(t, "an old version", s.PutTrustRecord(ctx, r), healthcode.CodeConflict)
}

func revocationsAreKept(t *testing.T, s healthcode.Store) {
	hash := func(b byte) []byte { return bytes.Repeat([]byte{b}, 16) }
	one := healthcode.Revocation{Hash: hash(1), Revoked: start.UTC(), Until: after(time.Hour).UTC()}
	two := healthcode.Revocation{Hash: hash(2), Revoked: start.UTC(), Until: after(2 * time.Hour).UTC()}
	must(t, s.Revoke(ctx, nil))
	must(t, s.Revoke(ctx, []healthcode.Revocation{two, one}))
	again := one
	again.Revoked = after(time.Minute)
	must(t, s.Revoke(ctx, []healthcode.Revocation{again}))
	got, err := s.Revocations(ctx)
	must(t, err)
	if want := []healthcode.Revocation{one, two}; !reflect.DeepEqual(got, want) {
		t.Errorf("revocations:\n got %+v\nwant %+v", got, want)
	}
	n, err := s.PurgeRevocations(ctx, after(time.Hour))
	must(t, err)
	wantEqual(t, "purged", n, 1)
	got, err = s.Revocations(ctx)
	must(t, err)
	wantEqual(t, "left", len(got), 1)
}
