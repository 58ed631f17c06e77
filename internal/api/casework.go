package api

import (
	"net/http"
	"time"

	"healthcode"
)

func (s *Server) caseworkRoutes() []Route {
	here := forRoles(caseworkers)
	return []Route{
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/photos", "list-photos", "The photographs that wait for a comparison, the oldest first", s.listPhotos, here),
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/photos/{id}", "get-photo", "What the person typed, to compare with the photograph", s.getPhoto, here,
			about("The person sees the look.")),
		document(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/photos/{id}/image", "get-photo-image", "The photograph", []string{"image/jpeg", "image/png"}, s.getPhotoImage, here,
			about("The person sees the look. No cache may keep it.")),
		do(http.MethodPost, "/v1/jurisdictions/{jurisdiction}/photos/{id}/review", "review-photo", "Say whether the photograph matches what was typed", s.reviewPhoto, here),
		handle(http.MethodGet, "/v1/jurisdictions/{jurisdiction}/disputes", "list-disputes", "The disputes of the jurisdiction, the oldest first", s.listDisputes, here,
			about("Each person sees the look.")),
	}
}

// WaitingPhoto is a photograph that waits.
type WaitingPhoto struct {
	ID       string    `json:"id"`
	Uploaded time.Time `json:"uploaded"`
	Type     string    `json:"type" example:"image/jpeg"`
}

// WaitingPhotos lists photographs, the oldest first.
type WaitingPhotos struct {
	Photos []WaitingPhoto `json:"photos"`
}

func (s *Server) listPhotos(c *call, _ *inJurisdiction) (WaitingPhotos, error) {
	photos, err := s.Casework.Waiting(c.ctx, c.actor)
	list := WaitingPhotos{Photos: make([]WaitingPhoto, len(photos))}
	for i, p := range photos {
		list.Photos[i] = WaitingPhoto{p.ID, p.Uploaded, p.Type}
	}
	return list, err
}

type photoInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
}

// Comparison is what the person typed.
type Comparison struct {
	ID       string       `json:"id"`
	Uploaded time.Time    `json:"uploaded"`
	State    string       `json:"state" enum:"waiting,matched,mismatched"`
	Name     string       `json:"name"`
	Birth    string       `json:"birth,omitempty" example:"1990-01-31"`
	Document DocumentBody `json:"document"`
}

func (s *Server) getPhoto(c *call, in *photoInput) (Comparison, error) {
	found, err := s.Casework.Comparison(c.ctx, c.actor, in.ID)
	if err != nil {
		return Comparison{}, err
	}
	d := found.Person.Document()
	body := Comparison{ID: found.Photo.ID, Uploaded: found.Photo.Uploaded, State: found.Photo.State, Name: found.Person.Name,
		Document: DocumentBody{d.Type, d.Number, d.Country}}
	if !found.Person.Birth.IsZero() {
		body.Birth = found.Person.Birth.Format(time.DateOnly)
	}
	return body, nil
}

func (s *Server) getPhotoImage(c *call, in *photoInput) (file, error) {
	found, err := s.Casework.Comparison(c.ctx, c.actor, in.ID)
	if err != nil {
		return file{}, err
	}
	if len(found.Photo.Data) == 0 {
		return file{}, healthcode.Errorf(healthcode.CodeExpired, "", "照片已按规定删除。", "The photograph has been deleted, as its retention is over.")
	}
	return file{found.Photo.Type, found.Photo.Data}, nil
}

type reviewPhotoInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	ID           string `path:"id" maxLength:"64"`
	Body         struct {
		Matches bool `json:"matches" doc:"The photograph shows what was typed"`
	}
}

func (s *Server) reviewPhoto(c *call, in *reviewPhotoInput) error {
	return s.Casework.Review(c.ctx, c.actor, in.ID, in.Body.Matches)
}

func (s *Server) listDisputes(c *call, _ *inJurisdiction) (Disputes, error) {
	disputes, err := s.Casework.Disputes(c.ctx, c.actor)
	return disputeBodies(disputes), err
}
