package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/servicetest"
)

// TestOverTheWire streams facts over a real connection, twice over the same one,
// and breaks a third stream off.
func TestOverTheWire(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.server.Handler())
	defer server.Close()
	post := func(write func(w *io.PipeWriter)) (*http.Response, error) {
		body, w := io.Pipe()
		go write(w)
		r, err := http.NewRequest(http.MethodPost, server.URL+"/v1/jurisdictions/beijing/facts", body)
		h.Must(err)
		r.Header.Set("Content-Type", ndjson)
		r.Header.Set("Authorization", "Bearer "+h.staff(healthcode.RoleLab, "beijing"))
		return server.Client().Do(r)
	}
	const n = 5000
	for run := range 2 {
		answer, err := post(func(w *io.PipeWriter) {
			for i := range n {
				id := servicetest.ID(fmt.Sprintf("110101%d0101%03d0", 1960+i/1000, i%1000))
				fmt.Fprintln(w, strings.Replace(line(fmt.Sprint(i), "lab:beijing", "test", negative), servicetest.Zhang.Document.Number, id.Number, 1))
			}
			w.Close()
		})
		h.Must(err)
		var sent FactsSent
		h.Must(json.NewDecoder(answer.Body).Decode(&sent))
		answer.Body.Close()
		if sent.Lines != n || sent.Stored+sent.Duplicates != n || (run == 0) != (sent.Stored == n) {
			t.Errorf("run %d: %+v", run, sent)
		}
	}
	if answer, err := post(func(w *io.PipeWriter) {
		fmt.Fprintln(w, line("cut", "lab:beijing", "test", negative))
		w.CloseWithError(io.ErrUnexpectedEOF)
	}); err == nil {
		answer.Body.Close()
		t.Errorf("a broken stream was answered with %d", answer.StatusCode)
	}
	if answer, err := server.Client().Get(server.URL + "/readyz"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %v, %v", answer, err)
	}
}
