package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is a page that was answered, for looking at by CSS selector: tag, .class,
// #id, [attribute], [attribute=value], and descendants.
type page struct {
	t        testing.TB
	response *http.Response
	source   string
	node
}

type node struct{ *html.Node }

func parsePage(t testing.TB, source string) *page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return &page{t: t, source: source, node: node{root}}
}

// one returns the first element of a selector, which must be there.
func (p *page) one(selector string) node {
	p.t.Helper()
	found := p.all(selector)
	if len(found) == 0 {
		p.t.Fatalf("there is no %s in the page:\n%s", selector, p.text("main"))
	}
	return found[0]
}

// text returns the words of every element of a selector.
func (p *page) text(selector string) string {
	var all []string
	for _, n := range p.all(selector) {
		all = append(all, n.words())
	}
	return strings.Join(all, "\n")
}

func (n node) all(selector string) []node {
	found := []node{n}
	for _, part := range strings.Fields(selector) {
		var next []node
		seen := map[*html.Node]bool{}
		for _, from := range found {
			for d := range from.Descendants() {
				if d.Type == html.ElementNode && !seen[d] && matches(node{d}, part) {
					seen[d] = true
					next = append(next, node{d})
				}
			}
		}
		found = next
	}
	return found
}

var simple = regexp.MustCompile(`^[a-z0-9]+|[.#][\w-]+|\[[^\]]+\]`)

func matches(n node, part string) bool {
	for _, s := range simple.FindAllString(part, -1) {
		switch s[0] {
		case '.':
			if !strings.Contains(" "+n.attr("class")+" ", " "+s[1:]+" ") {
				return false
			}
		case '#':
			if n.attr("id") != s[1:] {
				return false
			}
		case '[':
			name, want, valued := strings.Cut(strings.Trim(s, "[]"), "=")
			if have, ok := n.find(name); !ok || valued && have != want {
				return false
			}
		default:
			if n.Data != s {
				return false
			}
		}
	}
	return true
}

func (n node) find(name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (n node) attr(name string) string {
	value, _ := n.find(name)
	return value
}

// words is the text of an element, with single spaces.
func (n node) words() string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
