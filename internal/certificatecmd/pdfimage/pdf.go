// Package pdfimage gets the pictures out of PDF files, and draws their pages, well enough to read the QR code
// on them. It knows the common ways to pack data and none of the encrypted ones; text is not drawn.
package pdfimage

import (
	"fmt"
	"image"
	"iter"
	"maps"
	"slices"
)

const (
	maxPictures = 64
	maxPages    = 16
	maxEnlarged = 2 // pages that are drawn larger
)

// Images gives the pictures in the file, then its pages as drawn, then parts of the first pages at twice the size,
// for small codes.
func Images(data []byte) iter.Seq2[image.Image, error] {
	return func(yield func(image.Image, error) bool) {
		f, err := openFile(data)
		if err != nil {
			yield(nil, fmt.Errorf("reading the PDF file: %w", err))
			return
		}
		pictures := 0
		var pages []dict
		for _, id := range slices.Sorted(maps.Keys(f.objects)) {
			if s, ok := f.objects[id].(stream); ok && f.resolve(s.dict["Subtype"]) == name("Image") && pictures < maxPictures {
				img, err := f.picture(s, 0)
				pictures++
				if err == nil && !yield(img, nil) {
					return
				}
			}
			if d, ok := f.objects[id].(dict); ok && f.resolve(d["Type"]) == name("Page") && len(pages) < maxPages {
				pages = append(pages, d)
			}
		}
		for _, page := range pages {
			if !yield(f.drawPage(page, 1, image.Point{}), nil) {
				return
			}
		}
		for _, page := range pages[:min(len(pages), maxEnlarged)] {
			for _, part := range f.parts(page) {
				if !yield(f.drawPage(page, 2, part), nil) {
					return
				}
			}
		}
	}
}

// parts gives the corners of nine overlapping parts of a page drawn at twice the size.
func (f *file) parts(page dict) (corners []image.Point) {
	low, high := f.pageBox(page)
	width, height := high.X-low.X, high.Y-low.Y
	scale := longSide / max(width, height)
	for y := range 3 {
		for x := range 3 {
			corners = append(corners, image.Pt(int(width*scale)*x/2, int(height*scale)*y/2))
		}
	}
	return corners
}
