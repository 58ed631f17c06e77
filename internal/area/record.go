package area

import (
	"maps"
	"slices"
	"time"

	"healthcode"
)

// Record is area history with the instants at which the list was looked at. A
// history alone shows only changes; the instants say as well when a county was
// still the same, which Merge needs to get the same result in whatever order the months come.
type Record struct {
	History   healthcode.AreaHistory
	Snapshots []time.Time // in order of time
}

// follow appends a level from an instant on, unless the county has it already.
// "" is low.
func follow(changes []healthcode.LevelChange, at time.Time, level healthcode.Level) []healthcode.LevelChange {
	before := healthcode.LevelLow
	if len(changes) > 0 {
		before = changes[len(changes)-1].Level
	}
	if level == "" {
		level = healthcode.LevelLow
	}
	if level == before {
		return changes
	}
	return append(changes, healthcode.LevelChange{From: at, Level: level})
}

// Merge adds what was read to what is stored. A level at an instant is that of
// the last look at the list until then, in either record; where both looked at
// the same instant, what was read counts. So importing again changes nothing,
// months may come in any order, and a county that is missing from a month's
// first list becomes low then.
//
// If stored.Snapshots is nil (they weren't kept), every change in stored
// counts as a look at the list. What isn't a level (cases, hardest-hit
// periods, land ports) is united; of two counts for one day, the one read stays.
func Merge(stored, read Record) Record {
	stored, read = stored.withSnapshots(), read.withSnapshots()
	merged := Record{Snapshots: union(stored.Snapshots, read.Snapshots)}
	before, after := byCode(stored.History), byCode(read.History)
	codes := maps.Clone(before)
	maps.Copy(codes, after)
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		county := unite(before[code], after[code])
		county.Levels = mergeLevels(stored.Snapshots, read.Snapshots, before[code].Levels, after[code].Levels)
		merged.History.Areas = append(merged.History.Areas, county)
	}
	return merged
}

func (r Record) withSnapshots() Record {
	if r.Snapshots != nil {
		return r
	}
	for _, county := range r.History.Areas {
		r.Snapshots = append(r.Snapshots, instants(county.Levels)...)
	}
	r.Snapshots = union(r.Snapshots, nil)
	return r
}

func mergeLevels(storedLooks, readLooks []time.Time, stored, read []healthcode.LevelChange) []healthcode.LevelChange {
	// A change without a look was entered by hand; it counts for its own county.
	storedLooks, readLooks = union(storedLooks, instants(stored)), union(readLooks, instants(read))
	var merged []healthcode.LevelChange
	var i, j int // how many changes of stored and read lie at or before the instant
	for _, at := range union(storedLooks, readLooks) {
		for i < len(stored) && !stored[i].From.After(at) {
			i++
		}
		for j < len(read) && !read[j].From.After(at) {
			j++
		}
		changes := stored[:i]
		if _, ok := slices.BinarySearchFunc(readLooks, at, time.Time.Compare); ok {
			changes = read[:j]
		}
		level := healthcode.LevelLow
		if len(changes) > 0 {
			level = changes[len(changes)-1].Level
		}
		merged = follow(merged, at, level)
	}
	return merged
}

// unite joins everything but the levels of one county's two entries.
func unite(stored, read healthcode.County) healthcode.County {
	county := read
	if county.Code == "" {
		county = stored
	}
	if !county.Name.Complete() {
		county.Name = stored.Name
	}
	county.LandPort = stored.LandPort || read.LandPort
	county.HardestHit = slices.Clone(stored.HardestHit)
	for _, p := range read.HardestHit {
		if !slices.ContainsFunc(county.HardestHit, func(q healthcode.Period) bool { return q.From.Equal(p.From) && q.To.Equal(p.To) }) {
			county.HardestHit = append(county.HardestHit, p)
		}
	}
	slices.SortFunc(county.HardestHit, func(a, b healthcode.Period) int { return a.From.Compare(b.From) })
	county.LocalCases = slices.Clone(read.LocalCases)
	for _, c := range stored.LocalCases {
		if !slices.ContainsFunc(read.LocalCases, func(d healthcode.CaseCount) bool { return d.Date.Equal(c.Date) }) {
			county.LocalCases = append(county.LocalCases, c)
		}
	}
	slices.SortFunc(county.LocalCases, func(a, b healthcode.CaseCount) int { return a.Date.Compare(b.Date) })
	return county
}

func byCode(h healthcode.AreaHistory) map[string]healthcode.County {
	m := make(map[string]healthcode.County, len(h.Areas))
	for _, c := range h.Areas {
		m[c.Code] = c
	}
	return m
}

func instants(changes []healthcode.LevelChange) []time.Time {
	times := make([]time.Time, len(changes))
	for i, c := range changes {
		times[i] = c.From
	}
	return times
}

// union returns the instants of a and b in order, each once.
func union(a, b []time.Time) []time.Time {
	all := slices.Concat(a, b)
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
