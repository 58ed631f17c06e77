// Package intake takes facts in from feeds.
package intake

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"healthcode"
)

// FactStore is what an import needs of a store.
type FactStore interface {
	EnsurePersons(ctx context.Context, documents []healthcode.Document) ([]healthcode.PersonID, error)
	Append(ctx context.Context, facts []healthcode.PersonFact) ([]healthcode.Outcome, error)
}

// FactOptions says how to import. Only Now is needed.
type FactOptions struct {
	// Now tells the time, in the jurisdiction's zone: it becomes recorded where a line has none.
	Now func() time.Time
	// Progress is called after each batch that is durable.
	Progress func(FactSummary)
	// Errors is called for each line that isn't stored, in the order of lines. An error
	// names the field, and holds nothing of the person.
	Errors func(line int, err error)
	// Outcome is called for each line that reached the store, in the order of lines, once its batch is durable.
	Outcome func(line int, outcome healthcode.Outcome)
	// BatchSize is how many lines are stored together; 0 = 2,000.
	BatchSize int
	// SourcePrefix is the source that each fact must have or, if it ends with a
	// colon, begin with; "" = any.
	SourcePrefix string
	// Allow is asked about each fact in the order of lines, with its person, and an error refuses the line; nil allows all.
	Allow func(*healthcode.Fact) error
	// Phones names the phones of carriers' facts; nil leaves the ids as they come.
	Phones Phones
}

// FactSummary counts lines. An empty line is counted in Lines alone.
type FactSummary struct {
	Lines      int // read, and done with
	Stored     int
	Duplicates int // the same fact was there already
	Conflicts  int // source and id are taken by a fact with other content
	Refused    int // the line itself is wrong
}

const defaultBatch = 2000

// ImportFacts reads NDJSON, one fact a line (docs/facts.md), and stores the
// facts that are right. Each must name its person. It takes constant memory.
//
// It can be run again on the same input at any time: what is stored already
// is a duplicate. When ctx ends, or the store or r fails, it returns the error
// and what was durable until then.
func ImportFacts(ctx context.Context, r io.Reader, store FactStore, opts FactOptions) (FactSummary, error) {
	if opts.BatchSize <= 0 {
		opts.BatchSize = defaultBatch
	}
	if opts.Progress == nil {
		opts.Progress = func(FactSummary) {}
	}
	if opts.Errors == nil {
		opts.Errors = func(int, error) {}
	}
	if opts.Outcome == nil {
		opts.Outcome = func(int, healthcode.Outcome) {}
	}
	decoding, cancel := context.WithCancel(ctx)
	defer cancel()
	i := &factImport{store: store, opts: opts}
	for batch := range decodeInOrder(decoding, r, opts) {
		// A batch that was begun is finished, so that the summary says what is stored.
		err := i.commit(context.WithoutCancel(ctx), batch)
		if err == nil {
			err = batch.end
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return i.summary, fmt.Errorf("importing facts: after line %d: %w; run it again to go on", i.summary.Lines, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return i.summary, fmt.Errorf("importing facts: after line %d: %w; run it again to go on", i.summary.Lines, err)
	}
	return i.summary, nil
}

// decodeInOrder reads and decodes several batches at the same time, and yields
// them in the order of the lines until r or ctx ends. How many wait is
// bounded, so that a fast reader fills no memory.
func decodeInOrder(ctx context.Context, r io.Reader, opts FactOptions) <-chan *factBatch {
	pending := make(chan chan *factBatch, runtime.GOMAXPROCS(0))
	go func() {
		defer close(pending)
		lines := newLineReader(r)
		for more := true; more; {
			var batch *factBatch
			batch, more = lines.batch(opts.BatchSize)
			decoded := make(chan *factBatch, 1)
			select {
			case pending <- decoded:
			case <-ctx.Done():
				return
			}
			go func() {
				batch.decode(opts)
				decoded <- batch
			}()
		}
	}()
	out := make(chan *factBatch)
	go func() {
		defer close(out)
		for {
			// A read that blocks, from a terminal say, must not hold up the end of ctx.
			select {
			case decoded, ok := <-pending:
				if !ok {
					return
				}
				select {
				case out <- <-decoded:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// factImport stores batches one after the other.
type factImport struct {
	store   FactStore
	opts    FactOptions
	summary FactSummary
}

func (i *factImport) commit(ctx context.Context, b *factBatch) error {
	if i.opts.Allow != nil {
		b.screen(i.opts.Allow)
	}
	ids, err := i.store.EnsurePersons(ctx, b.documents)
	if err != nil {
		return err
	}
	if err := b.dropNotTheirs(ctx, ids, i.opts.Phones); err != nil {
		return err
	}
	facts := make([]healthcode.PersonFact, len(b.facts))
	for n, f := range b.facts {
		facts[n] = healthcode.PersonFact{Person: ids[f.document], Fact: f.fact}
	}
	outcomes, err := i.store.Append(ctx, facts)
	if err != nil {
		return err
	}
	for n, outcome := range outcomes {
		i.opts.Outcome(b.facts[n].line, outcome)
		switch outcome {
		case healthcode.Stored:
			i.summary.Stored++
		case healthcode.Duplicate:
			i.summary.Duplicates++
		case healthcode.Conflict:
			i.summary.Conflicts++
			b.refuse(b.facts[n].line, fmt.Errorf("id: %s has sent a fact %s with other content or for another person; "+
				"send a correction as a retraction and a new fact", b.facts[n].fact.Source, b.facts[n].fact.ID))
		}
	}
	i.summary.Refused += b.bad
	i.summary.Lines = max(i.summary.Lines, b.last)
	b.report(i.opts.Errors)
	i.opts.Progress(i.summary)
	return nil
}
