package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	parser "github.com/a-h/templ/parser/v2"
	"github.com/a-h/templ/parser/v2/visitor"
)

var verb = regexp.MustCompile(`%(\[(\d+)\])?[a-z]`)

// verbs lists the verbs of a format by the argument that each takes.
func verbs(s string) []string {
	var out []string
	for i, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(s, "%%", ""), -1) {
		n := m[2]
		if n == "" {
			n = string(rune('1' + i))
		}
		out = append(out, n+m[0][len(m[0])-1:])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestEveryTextHasBothLanguages(t *testing.T) {
	if len(catalogue) < 20 {
		t.Fatalf("the catalogue has %d texts; it can't be whole", len(catalogue))
	}
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	for _, text := range catalogue {
		if strings.TrimSpace(text.ZH) == "" || strings.TrimSpace(text.EN) == "" {
			t.Errorf("a translation is missing: %+v", text)
		}
		if han(text.EN) {
			t.Errorf("Chinese in the English text %q", text.EN)
		}
		if words := verb.ReplaceAllString(text.ZH, ""); !han(words) && strings.ContainsFunc(words, unicode.IsLetter) {
			t.Errorf("no Chinese in the Chinese text %q", text.ZH)
		}
		if zh, en := verbs(text.ZH), verbs(text.EN); !slices.Equal(zh, en) {
			t.Errorf("%q takes %v, %q takes %v", text.ZH, zh, text.EN, en)
		}
	}
}

// spoken are the attributes whose value a person reads or hears.
var spoken = []string{"aria-label", "title", "placeholder", "alt", "label", "aria-description", "aria-roledescription"}

// TestTemplatesHaveNoWords finds text that stands in a template instead of the catalogue.
func TestTemplatesHaveNoWords(t *testing.T) {
	files, err := filepath.Glob("*.templ")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d templates: %v", len(files), err)
	}
	seen := 0
	for _, file := range files {
		parsed, err := parser.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		words := func(where, s string) {
			seen++
			if strings.ContainsFunc(regexp.MustCompile(`&[a-z#0-9]+;`).ReplaceAllString(s, ""), unicode.IsLetter) {
				t.Errorf("%s: %s %q belongs into a texts_….go file", file, where, strings.TrimSpace(s))
			}
		}
		v := visitor.New()
		v.Text = func(n *parser.Text) error { words("the text", n.Value); return nil }
		v.ConstantAttribute = func(n *parser.ConstantAttribute) error {
			if key, ok := n.Key.(parser.ConstantAttributeKey); ok && slices.Contains(spoken, key.Name) {
				words(key.Name, n.Value)
			}
			return nil
		}
		if err := parsed.Visit(v); err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Error("no text node was looked at")
	}
}

// literal finds a string between quotes in Go code that a person would read.
var literal = regexp.MustCompile(`"[^"\n]*\p{Han}[^"\n]*"`)

// TestHandlersHaveNoWords finds Chinese outside the catalogue's files.
func TestHandlersHaveNoWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasPrefix(file, "texts_") || strings.HasSuffix(file, "_test.go") || file == "when.go" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range literal.FindAllString(string(source), -1) {
			t.Errorf("%s: %s belongs into a texts_….go file", file, found)
		}
	}
}
