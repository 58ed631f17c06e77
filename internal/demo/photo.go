package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"healthcode"
)

// photo puts a made-up key page into the review queue.
func (f *Filler) photo(ctx context.Context, id healthcode.PersonID, jurisdiction string, p healthcode.Person) error {
	img := image.NewRGBA(image.Rect(0, 0, 860, 540))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xe8, 0xee, 0xf4, 0xff}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(40, 120, 280, 440), image.NewUniform(color.RGBA{0xc2, 0xcc, 0xd6, 0xff}), image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.Black, Face: basicfont.Face7x13}
	for i, line := range []string{"SPECIMEN - NOT A DOCUMENT", "", string(p.Document().Type), p.Document().Number, p.Birth.Format("2006-01-02")} {
		d.Dot = fixed.P(320, 160+40*i)
		d.DrawString(line)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return err
	}
	return f.Store.PutPhoto(ctx, healthcode.Photo{ID: fmt.Sprintf("demo-%s", id), Person: id, Jurisdiction: jurisdiction, Type: "image/jpeg",
		Data: b.Bytes(), Uploaded: f.Start, DeleteAfter: f.Start.AddDate(0, 0, 7), State: "waiting"})
}
