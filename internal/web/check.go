package web

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg" // photographs of a code
	_ "image/png"
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/internal/qr"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

// maxCheckPhoto bounds the photograph of a code, in bytes.
const maxCheckPhoto = 10 << 20

func (s *Server) checkRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/check", Handler: checkPage},
		{Method: http.MethodPost, Pattern: "/check", Handler: checkCode, MaxBody: maxCheckPhoto + 1<<16},
	}
}

// checked is the answer to anybody who was shown a code.
type checked struct {
	answered bool
	status.Public
	policy *policy.Policy // of the code; nil where it isn't genuine
	state  policy.State
	errors []fieldError
}

// checkLimit bounds how often one address may check: reading a photograph takes a good part of a second.
var checkLimit = identity.Limit{Action: "check", Per: identity.PerAddress, Window: time.Hour, Max: 600}

func checkPage(c *call) error { return c.page(http.StatusOK, checkView(c.view(), checked{})) }

// checkCode takes the text of a code, as a scanner types it, or a photograph of one.
func checkCode(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.allow(checkLimit); err != nil {
		return err
	}
	text := c.value("pass")
	if text == "" {
		photo, err := c.file("photo")
		if err != nil {
			return err
		}
		if err := c.withPicture(func() (err error) { text, err = readCode(photo); return err }); err != nil {
			if errors := formErrors(err); errors != nil {
				return c.page(http.StatusUnprocessableEntity, checkView(c.view(), checked{errors: errors}))
			}
			return err
		}
	}
	public, err := c.server.Status.Check(c.ctx, text)
	if err != nil {
		return err
	}
	answer := checked{answered: true, Public: public}
	v := c.view()
	if public.Genuine {
		if answer.policy, err = c.server.Status.Policy(public.Jurisdiction); err != nil {
			return err
		}
		c.policy = answer.policy
		v = c.view()
		answer.state = v.state(public.State)
	}
	return c.page(http.StatusOK, checkView(v, answer))
}

// readCode finds the code in a photograph. The photograph is not kept.
func readCode(photo []byte) (string, error) {
	if len(photo) == 0 {
		return "", &healthcode.Error{Code: healthcode.CodeInvalid, Field: "pass", Text: textCheckEmpty}
	}
	unreadable := func(t healthcode.Text, err error) (string, error) {
		return "", &healthcode.Error{Code: healthcode.CodeInvalid, Field: "photo", Text: t, Err: err}
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(photo))
	if err != nil {
		return unreadable(textCheckNoPhoto, err)
	}
	if size.Width > qr.MaxPixels || size.Height > qr.MaxPixels || size.Width*size.Height > qr.MaxPixels || identity.ManyScans(photo) {
		return unreadable(textCheckLarge, qr.ErrTooLarge)
	}
	picture, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		return unreadable(textCheckNoPhoto, err)
	}
	text, err := qr.Decode(picture)
	if errors.Is(err, qr.ErrNoCode) {
		return unreadable(textCheckNoCode, err)
	}
	return text, err
}

// failure says why a code isn't accepted.
func (c checked) failure(v view) string {
	if t, ok := checkFailures[c.Failure]; ok {
		return v.say(t)
	}
	return v.say(checkFailures[pass.NotAPass])
}

func checkPhotoField(v view, c checked) field {
	return field{name: "photo", label: v.say(textCheckPhoto), hint: v.say(textCheckPhotoHint), optional: true, errors: c.errors}
}
