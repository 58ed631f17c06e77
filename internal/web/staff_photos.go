package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/casework"
)

func (s *Server) photoReviewRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/photos", Roles: caseworkers, Handler: ofStaff(photoQueue)},
		{Method: http.MethodGet, Pattern: "/staff/photos/{id}", Roles: caseworkers, Handler: ofStaff(photoComparison)},
		{Method: http.MethodPost, Pattern: "/staff/photos/{id}", Roles: caseworkers, Handler: ofStaff(reviewPhoto)},
	}
}

// photosAtOnce is how many photos the service lists at once; where there are as many, there may be more.
const photosAtOnce = 200

// photoAges are the filters of the queue, in hours; 0 is every photo.
var photoAges = []int{0, 24, 72}

// queue is what the page of waiting photos shows.
type queue struct {
	photos []healthcode.Photo // that pass the filter
	oldest time.Time          // upload of the one that waits longest
	counts []int              // by filter
	age    int                // hours
	done   string             // what became of the last one
}

func photoQueue(c *call) error {
	waiting, err := c.server.Casework.Waiting(c.ctx, c.actor)
	if err != nil {
		return err
	}
	q := queue{done: c.r.URL.Query().Get("done")}
	if len(waiting) > 0 {
		q.oldest = waiting[0].Uploaded
	}
	for _, hours := range photoAges {
		older := olderThan(waiting, c.now.Add(-time.Duration(hours)*time.Hour))
		q.counts = append(q.counts, len(older))
		if hours == 0 || c.r.URL.Query().Get("older") == hoursOf(hours) {
			q.photos, q.age = older, hours
		}
	}
	return c.page(http.StatusOK, photoQueueView(c.view(), q))
}

// olderThan returns the photos that were uploaded until a time. The list is in that order.
func olderThan(photos []healthcode.Photo, until time.Time) []healthcode.Photo {
	n := slices.IndexFunc(photos, func(p healthcode.Photo) bool { return p.Uploaded.After(until) })
	if n < 0 {
		return photos
	}
	return photos[:n]
}

// comparison is what the page of one photo shows.
type comparison struct {
	casework.Comparison
	next string // address of the next one, or of the queue
	left int    // how many wait besides this one
	done string // what became of the one before
}

func photoComparison(c *call) error {
	id := c.r.PathValue("id")
	next, left, err := c.nextPhoto(id)
	if err != nil {
		return err
	}
	found, err := c.server.Casework.Comparison(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, photoComparisonView(c.view(), comparison{found, next, left, c.r.URL.Query().Get("done")}))
}

// nextPhoto returns the address of the photo that follows in the queue, from the front again after the
// last, and how many wait besides this one.
func (c *call) nextPhoto(id string) (path string, left int, err error) {
	waiting, err := c.server.Casework.Waiting(c.ctx, c.actor)
	if err != nil {
		return "", 0, err
	}
	at := slices.IndexFunc(waiting, func(p healthcode.Photo) bool { return p.ID == id })
	if at >= 0 {
		waiting = append(waiting[at+1:len(waiting):len(waiting)], waiting[:at]...)
	}
	if len(waiting) == 0 {
		return "/staff/photos", 0, nil
	}
	return "/staff/photos/" + url.PathEscape(waiting[0].ID), len(waiting), nil
}

func reviewPhoto(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	outcome := c.value("outcome")
	if outcome != "match" && outcome != "mismatch" {
		return &healthcode.Error{Code: healthcode.CodeInvalid, Text: textBrokenForm}
	}
	next, _, err := c.nextPhoto(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	err = c.server.Casework.Review(c.ctx, c.actor, c.r.PathValue("id"), outcome == "match")
	switch {
	case err != nil && healthcode.CodeOf(err) == healthcode.CodeConflict:
		outcome = "conflict" // somebody else was quicker: nothing is lost, go on
	case err != nil:
		return err
	}
	return c.redirect(next + "?done=" + outcome)
}

// reviewed says what became of a photo; false for a word that isn't one of ours.
func (v view) reviewed(done string) (string, bool) {
	text, ok := map[string]healthcode.Text{
		"match": textReviewMatched, "mismatch": textReviewMismatched, "conflict": textReviewConflict}[done]
	return v.say(text), ok
}

// picture puts a photo into the page itself: it has no address of its own that could be kept or passed
// on, and one look at it is one look in the log.
func picture(p healthcode.Photo) string {
	return "data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)
}
