package storagetest

import (
	"bytes"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"healthcode"
)

var reviewTests = map[string]func(*testing.T, healthcode.Store){
	"round trip": photosComeBackWhole,
	"review":     aPhotoIsReviewedOnce,
	"race":       reviewersRace,
	"retention":  photosEnd,
	"nobody":     aPhotoOfNobody,
}

func photo(id string, p healthcode.PersonID, at time.Time) healthcode.Photo {
	return healthcode.Photo{ID: id, Person: p, Jurisdiction: "beijing", Type: "image/jpeg", Data: bytes.Repeat([]byte{0, 0xff, 'j'}, 70_000),
		Uploaded: at, DeleteAfter: at.Add(24 * time.Hour), State: "waiting"}
}

func utcPhoto(p healthcode.Photo) healthcode.Photo {
	for _, at := range []*time.Time{&p.Uploaded, &p.DeleteAfter, &p.Reviewed} {
		if !at.IsZero() {
			*at = at.UTC()
		}
	}
	return p
}

func wantPhoto(t tb, s healthcode.Store, want healthcode.Photo) {
	t.Helper()
	got, err := s.Photo(ctx, want.ID)
	must(t, err)
	if !bytes.Equal(got.Data, want.Data) || (got.Data == nil) != (want.Data == nil) {
		t.Errorf("photo %s has %d bytes, want %d", want.ID, len(got.Data), len(want.Data))
	}
	got.Data, want.Data = nil, nil
	if got, want = utcPhoto(got), utcPhoto(want); !reflect.DeepEqual(got, want) {
		t.Errorf("photo:\n got %+v\nwant %+v", got, want)
	}
}

func photoIDs(t tb, list []healthcode.Photo, err error) string {
	t.Helper()
	must(t, err)
	ids := ""
	for _, p := range list {
		if p.Data != nil {
			t.Errorf("photo %s has data in a list", p.ID)
		}
		ids += p.ID
	}
	return ids
}

func photosComeBackWhole(t *testing.T, s healthcode.Store) {
	p, q := person(t, s, 1), person(t, s, 2)
	_, err := s.Photo(ctx, "z")
	wantCode(t, "unknown", err, healthcode.CodeNotFound)
	first, second, third := photo("z", p, start), photo("a", p, after(time.Minute)), photo("q", q, after(30*time.Second))
	elsewhere := photo("t", q, start)
	elsewhere.Jurisdiction = "tianjin"
	for _, v := range []healthcode.Photo{second, first, third, elsewhere} {
		must(t, s.PutPhoto(ctx, v))
	}
	wantPhoto(t, s, first)
	list, err := s.PhotosOf(ctx, p)
	wantEqual(t, "of a person", photoIDs(t, list, err), "za")
	list, err = s.PhotosWaiting(ctx, "beijing", 10)
	wantEqual(t, "waiting", photoIDs(t, list, err), "zqa")
	list, err = s.PhotosWaiting(ctx, "beijing", 1)
	wantEqual(t, "waiting, limited", photoIDs(t, list, err), "z")
}

func aPhotoIsReviewedOnce(t *testing.T, s healthcode.Store) {
	id := create(t, s, healthcode.Person{Name: "张三", Documents: []healthcode.PersonDocument{{Document: document(1)}}})
	wantCode(t, "unknown", s.ReviewPhoto(ctx, "1", "matched", healthcode.IdentityChecked, "w", start), healthcode.CodeNotFound)
	p := photo("1", id, start)
	must(t, s.PutPhoto(ctx, p))
	must(t, s.ReviewPhoto(ctx, "1", "mismatched", healthcode.IdentityRefused, "worker", after(time.Hour)))
	wantCode(t, "again", s.ReviewPhoto(ctx, "1", "matched", healthcode.IdentityChecked, "w", start), healthcode.CodeConflict)
	p.State, p.ReviewedBy, p.Reviewed = "mismatched", "worker", after(time.Hour)
	wantPhoto(t, s, p)
	who, err := s.Person(ctx, id)
	must(t, err)
	wantEqual(t, "identity", who.Identity, healthcode.IdentityRefused)
	wantEqual(t, "name", who.Name, "张三")
	list, err := s.PhotosWaiting(ctx, "beijing", 10)
	wantEqual(t, "waiting", photoIDs(t, list, err), "")
}

func reviewersRace(t *testing.T, s healthcode.Store) {
	must(t, s.PutPhoto(ctx, photo("1", person(t, s, 1), start)))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch err := s.ReviewPhoto(ctx, "1", "matched", healthcode.IdentityChecked, "w", start); {
			case err == nil:
				won.Add(1)
			case healthcode.CodeOf(err) != healthcode.CodeConflict:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantEqual(t, "reviewers who won", won.Load(), 1)
}

func photosEnd(t *testing.T, s healthcode.Store) {
	p := person(t, s, 1)
	early, late, kept := photo("e", p, start), photo("l", p, after(time.Hour)), photo("k", p, start)
	kept.DeleteAfter = time.Time{}
	for _, v := range []healthcode.Photo{early, late, kept} {
		must(t, s.PutPhoto(ctx, v))
	}
	n, err := s.PurgePhotos(ctx, after(23*time.Hour))
	must(t, err)
	wantEqual(t, "deleted too early", n, 0)
	for _, want := range []int{1, 0} {
		n, err := s.PurgePhotos(ctx, after(24*time.Hour+time.Minute))
		must(t, err)
		wantEqual(t, "deleted", n, want)
	}
	early.Data = nil
	wantPhoto(t, s, early)
	wantPhoto(t, s, late)
	wantPhoto(t, s, kept)
}

func aPhotoOfNobody(t *testing.T, s healthcode.Store) {
	wantCode(t, "photo", s.PutPhoto(ctx, photo("1", healthcode.PersonID{1}, start)), healthcode.CodeNotFound)
}
