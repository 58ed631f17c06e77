package web

import (
	"strings"

	"healthcode"
)

// A field is one input of a form, with its label above and its error beside it.
type field struct {
	name  string
	label string
	hint  string // how to fill it in; "" = none
	value string
	kind  string // type attribute; "" = text
	// complete and mode are the autocomplete and inputmode attributes.
	complete, mode string
	max            int // characters; 0 = no limit
	optional       bool
	errors         []fieldError // of the whole form
}

// choice is one option of a select, or one of a group of radio buttons or checkboxes.
type choice struct {
	value, label, hint string
	chosen             bool
}

// group is a titled part of a select's options.
type group struct {
	label   string
	choices []choice
}

// id is the field's id attribute: links from the summary lead to it.
func fieldID(name string) string { return "f-" + strings.ReplaceAll(name, ".", "-") }

// error returns what is wrong with the field, or "".
func (f field) error(lang healthcode.Language) string {
	var all []string
	for _, e := range f.errors {
		if e.field == f.name {
			all = append(all, e.text.In(lang))
		}
	}
	return strings.Join(all, " ")
}

// describedBy names the elements that explain the field to a screen reader.
func (f field) describedBy(lang healthcode.Language) string {
	var ids []string
	if f.hint != "" {
		ids = append(ids, fieldID(f.name)+"-hint")
	}
	if f.error(lang) != "" {
		ids = append(ids, fieldID(f.name)+"-error")
	}
	return strings.Join(ids, " ")
}

// dial leaves of a phone number what a phone can dial.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, number)
}

func orText(kind string) string {
	if kind == "" {
		return "text"
	}
	return kind
}
