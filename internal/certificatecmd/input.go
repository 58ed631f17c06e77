package certificatecmd

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the kinds of picture that are read
	_ "image/jpeg"
	_ "image/png"
	"iter"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"healthcode/certificate"
	"healthcode/internal/certificatecmd/pdfimage"
	"healthcode/internal/certificatecmd/svgimage"
	"healthcode/internal/identity"
	"healthcode/internal/qr"
)

// certificateText gives the text of the certificate in a file: the text itself, or what the QR code in a
// picture says. Of several codes the first HC1 code counts.
func certificateText(data []byte) (string, error) {
	switch kindOf(data) {
	case "text":
		return string(data), nil
	case "svg":
		return firstCode(svgimage.Images(data))
	case "pdf":
		return firstCode(pdfimage.Images(data))
	}
	img, err := decodeImage(data)
	if err != nil {
		return "", err
	}
	return firstCode(func(yield func(image.Image, error) bool) { yield(img, nil) })
}

// kindOf tells what a file is from how it begins.
func kindOf(data []byte) string {
	start := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 1024)], []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(start, []byte("\x89PNG")), bytes.HasPrefix(start, []byte("\xff\xd8\xff")), bytes.HasPrefix(start, []byte("GIF8")),
		bytes.HasPrefix(data, []byte("RIFF")), bytes.HasPrefix(data, []byte("BM")), bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return "picture"
	case bytes.Contains(start, []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(start, []byte("<")) && (bytes.Contains(data, []byte("<svg")) || bytes.Contains(data, []byte(":svg"))):
		return "svg"
	}
	return "text"
}

// decodeImage reads a PNG, JPEG, GIF, WebP, BMP or TIFF file after a look at its size: a small file may claim a huge picture.
func decodeImage(data []byte) (image.Image, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the picture: %w", err)
	}
	if config.Width > qr.MaxPixels || config.Height > qr.MaxPixels || config.Width*config.Height > qr.MaxPixels {
		return nil, fmt.Errorf("reading the picture: %d × %d pixels are too many", config.Width, config.Height)
	}
	if identity.ManyScans(data) {
		return nil, errors.New("reading the picture: no program makes a JPEG of so many scans; save it anew")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the picture: %w", err)
	}
	return img, nil
}

// firstCode gives the first HC1 code among the pictures, failing that the first code of any kind.
func firstCode(images iter.Seq2[image.Image, error]) (string, error) {
	other, problem := "", error(nil)
	for img, err := range images {
		if err != nil {
			problem = errors.Join(problem, err)
			continue
		}
		text, err := decodeQR(img)
		if err != nil {
			continue
		}
		if strings.HasPrefix(text, certificate.Prefix) {
			return text, nil
		}
		if other == "" {
			other = text
		}
	}
	if other != "" {
		return other, nil
	}
	if problem != nil {
		return "", problem
	}
	return "", errNoCode
}
