package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"healthcode"
	"healthcode/internal/sqlite"
	"healthcode/internal/vault"
)

var ctx = context.Background()

var noon = time.Date(2022, 4, 28, 12, 0, 0, 123, time.FixedZone("CST", 8*60*60))

func newStore(t testing.TB) *sqlite.Store {
	t.Helper()
	v, err := vault.Create(filepath.Join(t.TempDir(), "keys.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "health.db"), v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// idNumber returns the n-th of many resident ID numbers, with its check digit (GB 11643).
func idNumber(n int) string {
	birth := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/1000%20_000)
	body := fmt.Sprintf("%06d%s%03d", 110101+n/20_000_000, birth.Format("20060102"), n%1000)
	sum, weight := 0, 1
	for i := len(body) - 1; i >= 0; i-- {
		weight = weight * 2 % 11
		sum += int(body[i]-'0') * weight
	}
	check := (12 - sum%11) % 11
	return body + "0123456789X"[check:check+1]
}

func testLine(id, number string) string {
	return fmt.Sprintf(`{"id":%q,"source":"lab:bj-0007","person":{"document":{"type":"CN-ID","number":%q}},`+
		`"kind":"test","time":"2022-04-25T09:00:00+08:00","analyte":"nucleic-acid","result":"negative"}`, id, number)
}

// outcome is what an import said: the summary, and "line: error" for each error.
type outcome struct {
	FactSummary
	errors []string
}

func runImport(t testing.TB, s FactStore, text string, change ...func(*FactOptions)) outcome {
	t.Helper()
	out, err := tryImport(ctx, s, strings.NewReader(text), change...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryImport(ctx context.Context, s FactStore, r io.Reader, change ...func(*FactOptions)) (outcome, error) {
	var out outcome
	opts := FactOptions{Now: func() time.Time { return noon },
		Errors: func(line int, err error) { out.errors = append(out.errors, fmt.Sprintf("%d: %v", line, err)) }}
	for _, f := range change {
		f(&opts)
	}
	var err error
	out.FactSummary, err = ImportFacts(ctx, r, s, opts)
	return out, err
}

func factsOf(t testing.TB, s *sqlite.Store, number string) []healthcode.Fact {
	t.Helper()
	id, err := s.FindPerson(ctx, healthcode.Document{Type: healthcode.DocumentID, Number: number})
	if healthcode.CodeOf(err) == healthcode.CodeNotFound {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.Facts(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

func wantCounts(t testing.TB, s *sqlite.Store, persons, facts int) {
	t.Helper()
	gotPersons, gotFacts, err := s.Counts(ctx)
	if err != nil || gotPersons != persons || gotFacts != facts {
		t.Errorf("%d persons and %d facts (%v), want %d and %d", gotPersons, gotFacts, err, persons, facts)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestImportFacts(t *testing.T) {
	s := newStore(t)
	number := idNumber(10) // ends with X
	if !strings.HasSuffix(number, "X") {
		for n := 0; !strings.HasSuffix(number, "X"); n++ {
			number = idNumber(n)
		}
	}
	recorded := strings.Replace(testLine("2", strings.ToLower(number)), `"analyte"`, `"recorded":"2022-04-25T16:00:00+08:00","analyte"`, 1)
	got := runImport(t, s, testLine("1", number)+"\n"+recorded+"\n"+testLine("3", idNumber(1)))
	if want := (FactSummary{Lines: 3, Stored: 3}); got.FactSummary != want || got.errors != nil {
		t.Errorf("got %+v, want %+v", got, want)
	}
	wantCounts(t, s, 2, 3)
	sampled := time.Date(2022, 4, 25, 1, 0, 0, 0, time.UTC)
	want := []healthcode.Fact{
		{ID: "1", Source: "lab:bj-0007", Kind: healthcode.KindTest, Time: sampled, Recorded: noon.UTC().Truncate(time.Second),
			Analyte: "nucleic-acid", Result: "negative"},
		{ID: "2", Source: "lab:bj-0007", Kind: healthcode.KindTest, Time: sampled, Recorded: time.Date(2022, 4, 25, 8, 0, 0, 0, time.UTC),
			Analyte: "nucleic-acid", Result: "negative"}}
	if facts := factsOf(t, s, number); !reflect.DeepEqual(facts, want) {
		t.Errorf("facts:\n got %+v\nwant %+v", facts, want)
	}
}

func TestBadLinesAreRefusedByNumber(t *testing.T) {
	good := testLine("good", idNumber(1))
	replaced := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s isn't in the line", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct{ line, want string }{
		"not JSON":           {"hello", "invalid character"},
		"cut off":            {good[:len(good)-20], "unexpected EOF"},
		"two on a line":      {good + good, "more than one"},
		"an array":           {"[" + good + "]", "array"},
		"unknown field":      {replaced(`"kind"`, `"colour":"red","kind"`), `unknown field "colour"`},
		"plate":              {replaced(`"kind"`, `"plate":"京A12345","kind"`), "plate: plate and household registration are not inputs"},
		"field of another":   {replaced(`"analyte"`, `"area":"110105","analyte"`), "area: a test has no such field"},
		"unknown kind":       {replaced(`"test"`, `"rumour"`), "kind: "},
		"value":              {replaced(`"negative"`, `"fine"`), "result: "},
		"missing field":      {replaced(`,"result":"negative"`, ""), "result: missing"},
		"missing id":         {replaced(`"id":"good",`, ""), "id: missing"},
		"missing source":     {replaced(`"source":"lab:bj-0007",`, ""), "source: missing"},
		"missing time":       {replaced(`"time":"2022-04-25T09:00:00+08:00",`, ""), "time: missing"},
		"time without zone":  {replaced("+08:00", ""), "RFC 3339"},
		"no person":          {replaced(`"person":{"document":{"type":"CN-ID","number":"`+idNumber(1)+`"}},`, ""), "person: missing"},
		"check digit":        {replaced(idNumber(1), "110101196001010010"), "document.number: "},
		"old 15-digit id":    {replaced(idNumber(1), "110105900307123"), "document.number: "},
		"document type":      {replaced("CN-ID", "CN-XX"), "document.type: "},
		"not UTF-8":          {replaced("good", "g\xffd"), "UTF-8"},
		"longer than 1 MiB":  {replaced("good", strings.Repeat("g", 1<<20)), "longer than"},
		"longer, without \n": {strings.Repeat("x", 3<<20), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			got := runImport(t, s, "\n"+testLine("before", idNumber(2))+"\n"+c.line+"\n"+testLine("after", idNumber(3))+"\n",
				func(o *FactOptions) { o.BatchSize = 2 })
			if want := (FactSummary{Lines: 4, Stored: 2, Refused: 1}); got.FactSummary != want {
				t.Errorf("%+v, want %+v", got.FactSummary, want)
			}
			if len(got.errors) != 1 || !strings.HasPrefix(got.errors[0], "3: ") || !strings.Contains(got.errors[0], c.want) {
				t.Errorf("errors %q, want one, of line 3, with %q", got.errors, c.want)
			}
			if strings.Contains(strings.Join(got.errors, ""), "1101011960") {
				t.Errorf("the error repeats a document number: %q", got.errors)
			}
			wantCounts(t, s, 2, 2)
		})
	}
}

func TestForms(t *testing.T) {
	a, b := testLine("a", idNumber(1)), testLine("b", idNumber(2))
	longest := strings.Replace(a, `"id":"a"`, `"id":"`+strings.Repeat("a", maxLine-len(a))+`"`, 1)
	for name, c := range map[string]struct {
		text  string
		lines int
	}{
		"plain":               {a + "\n" + b + "\n", 2},
		"no newline at end":   {a + "\n" + b, 2},
		"carriage returns":    {a + "\r\n" + b + "\r\n", 2},
		"byte order mark":     {"\ufeff" + a + "\n" + b, 2},
		"empty lines":         {"\n\n" + a + "\n  \t\n" + b + "\n\n", 6},
		"mark on an own line": {"\ufeff\n" + a + "\n" + b, 3},
		"just short enough":   {longest + "\n" + b + "\n", 2},
	} {
		for _, size := range []int{1, 2, 1000} {
			t.Run(fmt.Sprintf("%s, batches of %d", name, size), func(t *testing.T) {
				s := newStore(t)
				out, err := tryImport(ctx, s, iotest.HalfReader(strings.NewReader(c.text)), func(o *FactOptions) { o.BatchSize = size })
				if want := (FactSummary{Lines: c.lines, Stored: 2}); err != nil || out.FactSummary != want {
					t.Errorf("%+v, %v; want %+v; errors %q", out.FactSummary, err, want, out.errors)
				}
			})
		}
	}
	t.Run("nothing", func(t *testing.T) {
		for _, text := range []string{"", "\n", "\ufeff"} {
			if got := runImport(t, newStore(t), text); got.Stored+got.Refused > 0 {
				t.Errorf("%q: %+v", text, got)
			}
		}
	})
}

func TestAgainIsANoOp(t *testing.T) {
	s := newStore(t)
	var file bytes.Buffer
	for n := range 500 {
		fmt.Fprintln(&file, testLine(fmt.Sprint(n), idNumber(n%50)))
	}
	runImport(t, s, file.String())
	later := func(o *FactOptions) { o.Now = func() time.Time { return noon.Add(time.Hour) } }
	got := runImport(t, s, file.String(), later)
	if want := (FactSummary{Lines: 500, Duplicates: 500}); got.FactSummary != want {
		t.Errorf("%+v, want %+v", got.FactSummary, want)
	}
	wantCounts(t, s, 50, 500)

	other := strings.Replace(testLine("7", idNumber(7)), "negative", "positive", 1)
	got = runImport(t, s, other+"\n"+testLine("8", idNumber(9))+"\n"+testLine("8", idNumber(8)))
	if want := (FactSummary{Lines: 3, Duplicates: 1, Conflicts: 2}); got.FactSummary != want {
		t.Errorf("%+v, want %+v", got.FactSummary, want)
	}
	if len(got.errors) != 2 || !strings.HasPrefix(got.errors[0], "1: id: lab:bj-0007 has sent a fact 7") ||
		!strings.HasPrefix(got.errors[1], "2: id: ") {
		t.Errorf("errors %q", got.errors)
	}
	wantCounts(t, s, 50, 500)
}

func TestErrorsComeInTheOrderOfLines(t *testing.T) {
	s := newStore(t)
	runImport(t, s, testLine("x", idNumber(1)))
	var file strings.Builder
	for n := range 100 {
		if n%2 == 0 {
			fmt.Fprintln(&file, "bad")
		} else {
			fmt.Fprintln(&file, testLine("x", idNumber(2))) // a conflict
		}
	}
	got := runImport(t, s, file.String(), func(o *FactOptions) { o.BatchSize = 7 })
	if len(got.errors) != 100 {
		t.Fatalf("%d errors", len(got.errors))
	}
	for i, e := range got.errors {
		if !strings.HasPrefix(e, fmt.Sprintf("%d: ", i+1)) {
			t.Fatalf("error %d is %q", i, e)
		}
	}
}

func TestSourcePrefix(t *testing.T) {
	for prefix, allowed := range map[string]bool{"": true, "lab:": true, "lab:bj-0007": true, "lab:bj-000": false, "lab:bj-0008": false, "rail": false} {
		s := newStore(t)
		got := runImport(t, s, testLine("1", idNumber(1)), func(o *FactOptions) { o.SourcePrefix = prefix })
		if (got.Stored == 1) != allowed || (got.Refused == 0) != allowed {
			t.Errorf("prefix %q: %+v", prefix, got)
		}
		if !allowed && !strings.Contains(got.errors[0], "source: ") {
			t.Errorf("prefix %q: %q", prefix, got.errors)
		}
	}
}

func TestInterruptedAndRunAgain(t *testing.T) {
	s := newStore(t)
	var file strings.Builder
	for n := range 400 {
		fmt.Fprintln(&file, testLine(fmt.Sprint(n), idNumber(n)))
	}
	stopped, cancel := context.WithCancel(ctx)
	got, err := tryImport(stopped, s, strings.NewReader(file.String()), func(o *FactOptions) {
		o.BatchSize = 100
		o.Progress = func(sum FactSummary) {
			if sum.Lines >= 200 {
				cancel()
			}
		}
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "after line 200") {
		t.Errorf("error %v", err)
	}
	if want := (FactSummary{Lines: 200, Stored: 200}); got.FactSummary != want {
		t.Errorf("%+v, want %+v", got.FactSummary, want)
	}
	wantCounts(t, s, 200, 200)
	again := runImport(t, s, file.String())
	if want := (FactSummary{Lines: 400, Stored: 200, Duplicates: 200}); again.FactSummary != want {
		t.Errorf("again: %+v, want %+v", again.FactSummary, want)
	}
}

// TestInterruptedWhileWaiting reads from a source that sends a line and then nothing, as a terminal may.
func TestInterruptedWhileWaiting(t *testing.T) {
	s := newStore(t)
	r, w := io.Pipe()
	defer w.Close()
	go io.WriteString(w, testLine("1", idNumber(1))+"\n")
	stopped, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := tryImport(stopped, s, r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestAReaderThatFails(t *testing.T) {
	s := newStore(t)
	broken := errors.New("the cable was pulled")
	text := testLine("1", idNumber(1)) + "\n" + testLine("2", idNumber(2)) + "\n" + testLine("3", idNumber(3))[:40]
	got, err := tryImport(ctx, s, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "after line 2") {
		t.Errorf("error %v", err)
	}
	if want := (FactSummary{Lines: 2, Stored: 2}); got.FactSummary != want || got.errors != nil {
		t.Errorf("%+v, want %+v", got, want)
	}
	wantCounts(t, s, 2, 2)
}

func TestAStoreThatFails(t *testing.T) {
	s := newStore(t)
	var file strings.Builder
	for n := range 300 {
		fmt.Fprintln(&file, testLine(fmt.Sprint(n), idNumber(n)))
	}
	got, err := tryImport(ctx, s, strings.NewReader(file.String()), func(o *FactOptions) {
		o.BatchSize = 100
		o.Progress = func(FactSummary) { s.Close() }
	})
	if !errors.Is(err, sqlite.ErrClosed) || !strings.Contains(err.Error(), "after line 100") {
		t.Errorf("error %v", err)
	}
	if want := (FactSummary{Lines: 100, Stored: 100}); got.FactSummary != want {
		t.Errorf("%+v, want %+v", got.FactSummary, want)
	}
}
