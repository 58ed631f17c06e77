package web

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"mime/multipart"
	"strings"
	"testing"
)

// keyPage is a photograph of about 3 MB.
func keyPage(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var data bytes.Buffer
	if err := jpeg.Encode(&data, picture, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func (v *browser) sendPhoto(path string, data []byte, want int) *page {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("photo", "page.jpg")
	if err != nil {
		v.t.Fatal(err)
	}
	file.Write(data)
	form.Close()
	r, err := v.client.Post(v.http.URL+path, form.FormDataContentType(), &body)
	return v.read(r, err, want)
}

// TestPhotoNeverTouchesTheDisk in the clear: it arrives although there is no place for temporary files.
func TestPhotoNeverTouchesTheDisk(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	photo := keyPage(t)
	if len(photo) < 2<<20 {
		t.Fatalf("the photograph has only %d bytes", len(photo))
	}
	t.Setenv("TMPDIR", "/nowhere")
	p := v.sendPhoto("/in/beijing/photo", photo, 200)
	if p.response.Request.URL.Path != "/in/beijing/code" || !strings.Contains(p.text("main"), in("zh", textPhotoKept)) {
		t.Errorf("the photograph led to %s: %s", p.response.Request.URL, p.text("main"))
	}
	if got := v.get("/in/beijing/photo", 200).text(".rows"); !strings.Contains(got, in("zh", photoStates["waiting"])) {
		t.Errorf("the list of photographs says %q", got)
	}
}

func TestPhotoFaults(t *testing.T) {
	v := newSite(t).register("beijing", zhang)
	for name, data := range map[string][]byte{"nothing": nil, "no picture": []byte("%PDF-1.7"), "half a picture": keyPage(t)[:1000]} {
		p := v.sendPhoto("/in/beijing/photo", data, 422)
		if p.one(".errors a").attr("href") != "#f-photo" || p.one("#f-photo-error").words() == "" {
			t.Errorf("%s: %s", name, p.text(".errors"))
		}
	}
}
