package travel

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"

	"healthcode"
)

// The parts of FHIR R4 that the file of a link has.
type (
	bundle struct {
		ResourceType string  `json:"resourceType"`
		Type         string  `json:"type"`
		Timestamp    string  `json:"timestamp"`
		Entry        []entry `json:"entry"`
	}
	entry struct {
		FullURL  string            `json:"fullUrl"`
		Resource documentReference `json:"resource"`
	}
	documentReference struct {
		ResourceType string       `json:"resourceType"`
		ID           string       `json:"id"`
		Text         narrative    `json:"text"`
		Identifier   []identifier `json:"identifier"`
		Status       string       `json:"status"`
		Type         concept      `json:"type"`
		Date         string       `json:"date"`
		Content      []content    `json:"content"`
	}
	narrative struct {
		Status string `json:"status"`
		Div    string `json:"div"` // XHTML
	}
	identifier struct {
		System string `json:"system"`
		Value  string `json:"value"`
	}
	concept struct {
		Text string `json:"text"`
	}
	content struct {
		Attachment attachment `json:"attachment"`
	}
	attachment struct {
		ContentType string `json:"contentType"`
		Data        []byte `json:"data"` // base64
		Title       string `json:"title"`
	}
)

// fullURL writes the 16 random bytes of an id as a UUID.
func fullURL(id string) string {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(id)
	if err != nil || len(b) != 16 {
		return "urn:id:" + id
	}
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// narrate writes what a certificate says as a list of terms, in both languages.
func narrate(rows []Row) narrative {
	var b strings.Builder
	b.WriteString(`<div xmlns="http://www.w3.org/1999/xhtml"><dl>`)
	for _, r := range rows {
		fmt.Fprintf(&b, "<dt>%s %s</dt><dd>%s</dd>", html.EscapeString(r.Label.ZH), html.EscapeString(r.Label.EN), html.EscapeString(r.Value))
	}
	b.WriteString("</dl></div>")
	return narrative{"generated", b.String()}
}

// bundle is the file of a link: for each certificate what it says in words, its signed text, and the PDF.
func (s *Service) bundle(list []healthcode.TravelCertificate, now time.Time) ([]byte, error) {
	b := bundle{ResourceType: "Bundle", Type: "collection", Timestamp: now.Format(time.RFC3339)}
	for i := range list {
		c := &list[i]
		pdf, err := s.PDF(c, now.Location())
		if err != nil {
			return nil, err
		}
		rows, err := s.Rows(c, now.Location())
		if err != nil {
			return nil, err
		}
		rule, _ := s.Policy.Content(c.Content)
		b.Entry = append(b.Entry, entry{fullURL(c.ID), documentReference{ResourceType: "DocumentReference", ID: c.ID, Text: narrate(rows),
			Identifier: []identifier{{"urn:ietf:rfc:3986", c.Identifier}}, Status: "current", Type: concept{rule.Name.EN}, Date: c.Issued.Format(time.RFC3339),
			Content: []content{{attachment{"text/plain", []byte(c.Text), "HC1"}}, {attachment{"application/pdf", pdf, rule.Name.EN + ".pdf"}}}}})
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("writing the file of a link: %w", err)
	}
	return raw, nil
}
