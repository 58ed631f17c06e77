package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"healthcode/internal/identity"
)

func (s *Server) photoRoutes() []Route {
	picture := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return []Route{
		do(http.MethodPost, "/v1/me/photos", "upload-photo", "Upload a photograph of the document's key page", s.uploadPhoto,
			forRoles(residents), body(identity.MaxPhotoBytes+1), within(slow),
			reads(map[string]*huma.Schema{"image/jpeg": picture, "image/png": picture, "application/octet-stream": picture}),
			about("JPEG or PNG, at most 10 MiB, at least 600 by 400 pixels. It is kept encrypted until an officer has compared it, or its retention ends.")),
	}
}

type uploadInput struct {
	Jurisdiction string `query:"jurisdiction" required:"true" maxLength:"16" example:"beijing"`
}

func (s *Server) uploadPhoto(c *call, in *uploadInput) error {
	data, err := c.read("image/jpeg", "image/png", "application/octet-stream")
	if err != nil {
		return err
	}
	return s.decoding(c, func() error { return s.Residents.UploadPhoto(c.ctx, c.actor, in.Jurisdiction, data) })
}

// decoding bounds how many photographs are decoded at once: each can take 256 MiB for a moment.
func (s *Server) decoding(c *call, decode func() error) error {
	select {
	case s.photos <- struct{}{}:
		defer func() { <-s.photos }()
		return decode()
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}
