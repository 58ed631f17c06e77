package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"healthcode"
	"healthcode/internal/identity"
)

// factBatch is some lines on their way from text to stored facts.
type factBatch struct {
	last      int // number of the last line, empty lines included; 0 where there is none
	lines     []rawLine
	facts     []lineFact
	documents []healthcode.Document // each once
	errors    []lineError
	bad       int   // lines that are wrong in themselves
	end       error // why nothing comes after this batch, if not the end of the input
}

type lineFact struct {
	line     int
	fact     healthcode.Fact
	document int // of the batch's documents
}

type lineError struct {
	line int
	err  error
}

func (b *factBatch) refuse(line int, err error) { b.errors = append(b.errors, lineError{line, err}) }

// report calls f in the order of lines.
func (b *factBatch) report(f func(line int, err error)) {
	slices.SortStableFunc(b.errors, func(x, y lineError) int { return cmp.Compare(x.line, y.line) })
	for _, e := range b.errors {
		f(e.line, e.err)
	}
}

// decode turns lines into facts and refusals.
func (b *factBatch) decode(opts FactOptions) {
	now := opts.Now()
	today := identity.DateOf(now)
	places := make(map[healthcode.Document]int, len(b.lines))
	for _, line := range b.lines {
		fact, err := decodeFact(line, opts.SourcePrefix)
		var checked identity.Checked
		if err == nil {
			err = namePhones(&fact, opts.Phones)
		}
		if err == nil {
			checked, err = identity.CheckDocument(*fact.Person, today)
		}
		if err != nil {
			b.bad++
			b.refuse(line.number, err)
			continue
		}
		place, ok := places[checked.Document]
		if !ok {
			place = len(b.documents)
			places[checked.Document] = place
			b.documents = append(b.documents, checked.Document)
		}
		fact.Person = nil // from here on the document stands for the person, and is stored encrypted
		if fact.Recorded.IsZero() {
			fact.Recorded = now.Truncate(time.Second)
		}
		b.facts = append(b.facts, lineFact{line.number, fact, place})
	}
	b.lines = nil
}

// screen keeps the facts that are allowed, and the documents that they name.
func (b *factBatch) screen(allow func(*healthcode.Fact) error) {
	facts, documents := b.facts, b.documents
	b.facts, b.documents = facts[:0], nil
	places := make(map[int]int, len(documents))
	for _, f := range facts {
		asked := f.fact
		asked.Person = &documents[f.document]
		if err := allow(&asked); err != nil {
			b.bad++
			b.refuse(f.line, err)
			continue
		}
		place, ok := places[f.document]
		if !ok {
			place = len(b.documents)
			places[f.document] = place
			b.documents = append(b.documents, documents[f.document])
		}
		f.document = place
		b.facts = append(b.facts, f)
	}
}

func decodeFact(line rawLine, prefix string) (f healthcode.Fact, err error) {
	switch {
	case line.tooLong:
		return f, fmt.Errorf("the line is longer than %d bytes; a fact needs a few hundred", maxLine)
	case !utf8.Valid(line.text):
		return f, fmt.Errorf("the line isn't UTF-8; convert the file")
	}
	if err := f.UnmarshalJSON(line.text); err != nil {
		return f, err
	}
	if f.Person == nil {
		return f, fmt.Errorf("person: missing; name the person by a document: " +
			`{"document":{"type":"CN-ID","number":"…"}}`)
	}
	if !sourceAllowed(f.Source, prefix) {
		return f, fmt.Errorf("source: %q is not %s, as which this feed may send", f.Source, prefix)
	}
	return f, nil
}

func sourceAllowed(source, prefix string) bool {
	return prefix == "" || source == prefix || strings.HasSuffix(prefix, ":") && strings.HasPrefix(source, prefix)
}
