package web

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"healthcode/internal/qr"
)

// qrBlock draws a text as a QR code; the title is its accessible name.
func qrBlock(text, title string) templ.Component { return drawnQR(text, title, qr.M) }

func drawnQR(text, title string, level qr.Level) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qr.Encode(text, level)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, code.SVG(title))
		return err
	})
}
