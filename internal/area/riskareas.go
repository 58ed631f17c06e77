package area

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"healthcode"
)

// ReadRiskAreas reads every snapshot of the State Council's risk-area query
// in a folder and those below it (*.json, in any order) into area history, whose
// times are in loc.
//
// A county is at the level of its worst place (highlist: high, middlelist:
// medium) and becomes low at the first snapshot that doesn't name it. Files of the
// same instant count as one, at the worse level. A broken file is named in the report and left
// out. The history names the counties that were ever listed, and those with a land border port.
//
// progress, which may be nil, is called with the files done and their number.
// The error is that of the folder or of ctx; or that no file could be used.
func ReadRiskAreas(ctx context.Context, fsys fs.FS, loc *time.Location, progress func(done, total int)) (Record, Report, error) {
	files, err := snapshotFiles(fsys)
	if err != nil {
		return Record{}, Report{}, fmt.Errorf("listing the risk-area snapshots: %w", err)
	}
	report := Report{Files: len(files)}
	seen := ledger{}
	observed := observations{}
	done := 0
	for result := range readAll(ctx, fsys, files, loc) {
		done++
		if progress != nil {
			progress(done, len(files))
		}
		if result.err != nil {
			report.Broken = append(report.Broken, FileNote{result.file, result.err.Error()})
			continue
		}
		for _, w := range result.warnings {
			report.Warnings = append(report.Warnings, FileNote{result.file, w})
		}
		report.Places += len(result.places)
		if observed.add(result.snapshot, seen) {
			report.Duplicates++
		}
	}
	if err := ctx.Err(); err != nil {
		return Record{}, report, fmt.Errorf("reading the risk-area snapshots: %w", err)
	}
	byFile := func(a, b FileNote) int { return strings.Compare(a.File, b.File) }
	slices.SortFunc(report.Broken, byFile)
	slices.SortStableFunc(report.Warnings, byFile)
	seen.into(&report)
	if len(observed) == 0 {
		return Record{}, report, errors.New("reading the risk-area snapshots: no file could be used; the report says why for each")
	}
	record := observed.record()
	report.Snapshots = len(record.Snapshots)
	report.First, report.Last = record.Snapshots[0], record.Snapshots[report.Snapshots-1]
	return record, report, nil
}

func snapshotFiles(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.EqualFold(path.Ext(name), ".json") && !strings.HasPrefix(path.Base(name), ".") {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

type parsed struct {
	snapshot
	err error
}

// readAll parses files on all cores and yields each when it is done. Only a
// few are in memory at a time.
func readAll(ctx context.Context, fsys fs.FS, files []string, loc *time.Location) <-chan parsed {
	todo, results := make(chan string), make(chan parsed)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for file := range todo {
				data, err := fs.ReadFile(fsys, file)
				var s snapshot
				if err == nil {
					s, err = parseSnapshot(file, data, loc)
				}
				s.file = file
				results <- parsed{s, err}
			}
		})
	}
	go func() {
		for _, file := range files {
			if ctx.Err() != nil {
				break
			}
			todo <- file
		}
		close(todo)
		workers.Wait()
		close(results)
	}()
	return results
}

// observations are the levels of the counties that a list names, by the list's
// instant (Unix seconds).
type observations map[int64]*observation

type observation struct {
	at     time.Time
	levels map[string]healthcode.Level
}

// add takes a snapshot in and reports whether its instant was there already.
func (o observations) add(s snapshot, seen ledger) (again bool) {
	obs, again := o[s.at.Unix()]
	if !again {
		obs = &observation{s.at, map[string]healthcode.Level{}}
		o[s.at.Unix()] = obs
	}
	for _, p := range s.places {
		codes, match := names().resolve(p.place)
		seen.note(p.place, s.file, codes, match)
		for _, code := range codes {
			if p.level.Rank() > obs.levels[code].Rank() {
				obs.levels[code] = p.level
			}
		}
	}
	return again
}

func (o observations) record() Record {
	var r Record
	codes := map[string]bool{}
	for _, port := range LandPorts() {
		codes[port.Code] = true
	}
	for _, second := range slices.Sorted(maps.Keys(o)) {
		r.Snapshots = append(r.Snapshots, o[second].at)
		for code := range o[second].levels {
			codes[code] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		county := newCounty(code)
		for _, at := range r.Snapshots {
			county.Levels = follow(county.Levels, at, o[at.Unix()].levels[code])
		}
		r.History.Areas = append(r.History.Areas, county)
	}
	return r
}
