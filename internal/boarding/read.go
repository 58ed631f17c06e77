package boarding

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"healthcode/internal/identity"
)

// placesFile is beside the directories of the missions.
const placesFile = "places.yaml"

// Rules are all missions with their notices, checked.
type Rules struct {
	Places
	Notices []Notice // by mission and day
}

// UnmarshalYAML reads "2006-01-02".
func (d *Day) UnmarshalYAML(n *yaml.Node) error {
	date, err := identity.ParseDate(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	d.Date = date
	return nil
}

// UnmarshalYAML reads none, any or a list of countries.
func (t *Transit) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode(&t.Countries)
	}
	switch n.Value {
	case "none":
		t.None = true
	case "any":
		t.Any = true
	default:
		return fmt.Errorf("line %d: transit %q: write none, any or a list of countries such as [FR, NL]", n.Line, n.Value)
	}
	return nil
}

// Load reads and checks a directory. The error joins everything that is wrong, each as file:line: what.
func Load(files fs.FS) (*Rules, error) {
	r := &Rules{}
	c := &checker{rules: r}
	root := c.read(files, placesFile, &r.Places)
	if root == nil {
		return nil, errors.Join(c.problems...)
	}
	c.places(root)
	names, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the notices: %w", err)
	}
	sort.Strings(names)
	for _, name := range names {
		n := Notice{File: name}
		root := c.read(files, name, &n)
		if root == nil {
			continue
		}
		if n.RetentionDays == 0 {
			n.RetentionDays = defaultRetention
		}
		c.notice(&n, root)
		r.Notices = append(r.Notices, n)
	}
	c.sequence()
	if len(c.problems) > 0 {
		return nil, errors.Join(c.problems...)
	}
	return r, nil
}

// defaultRetention is for how many days after departure papers are kept where a notice doesn't say.
const defaultRetention = 30

// maxFile bounds a file of rules.
const maxFile = 1 << 20

// read decodes a file strictly, and returns its nodes for their lines; nil where it can't be used.
func (c *checker) read(files fs.FS, name string, into any) *yaml.Node {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		c.problems = append(c.problems, fmt.Errorf("%s: reading the file: %w", name, err))
		return nil
	}
	if len(data) > maxFile {
		c.problems = append(c.problems, fmt.Errorf("%s: the file is larger than %d KiB", name, maxFile>>10))
		return nil
	}
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	var root yaml.Node
	if err := strict.Decode(into); err != nil {
		c.broken(name, err)
		return nil
	}
	if err := yaml.Unmarshal(data, &root); err != nil || len(root.Content) == 0 {
		c.broken(name, err)
		return nil
	}
	return root.Content[0]
}

// broken turns what the decoder says into file:line: what is wrong.
func (c *checker) broken(name string, err error) {
	var many *yaml.TypeError
	texts := []string{"the file is empty"}
	if errors.As(err, &many) {
		texts = many.Errors
	} else if err != nil {
		texts = []string{err.Error()}
	}
	for _, text := range texts {
		text = strings.TrimPrefix(text, "yaml: ")
		line, rest, found := strings.Cut(strings.TrimPrefix(text, "line "), ": ")
		if found && strings.HasPrefix(text, "line ") {
			c.problems = append(c.problems, fmt.Errorf("%s:%s: %s", name, line, rest))
			continue
		}
		c.problems = append(c.problems, fmt.Errorf("%s:1: %s", name, text))
	}
}

// Mission finds a mission.
func (p *Places) Mission(id string) (*Mission, bool) {
	n := slices.IndexFunc(p.Missions, func(m Mission) bool { return m.ID == id })
	if n < 0 {
		return nil, false
	}
	return &p.Missions[n], true
}

// Airport finds an airport by its code.
func (p *Places) Airport(code string) (*Airport, bool) {
	n := slices.IndexFunc(p.Airports, func(a Airport) bool { return a.Code == code })
	if n < 0 {
		return nil, false
	}
	return &p.Airports[n], true
}

// Class finds a class.
func (p *Places) Class(id string) (*Class, bool) {
	n := slices.IndexFunc(p.Classes, func(c Class) bool { return c.ID == id })
	if n < 0 {
		return nil, false
	}
	return &p.Classes[n], true
}

// listed reports whether a list names a laboratory, in any case and by any of its names.
func (p *Places) listed(list, lab string) bool {
	for _, l := range p.Labs {
		if l.ID != list {
			continue
		}
		for _, known := range l.Names {
			if sameLab(known.Name, lab) || slices.ContainsFunc(known.Other, func(o string) bool { return sameLab(o, lab) }) {
				return true
			}
		}
	}
	return false
}

// labName is a laboratory's first name where a list knows it by another one.
func (p *Places) labName(lab string) string {
	for _, l := range p.Labs {
		for _, known := range l.Names {
			if slices.ContainsFunc(known.Other, func(o string) bool { return sameLab(o, lab) }) {
				return known.Name
			}
		}
	}
	return lab
}

func sameLab(a, b string) bool {
	plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.EqualFold(plain(a), plain(b))
}

// NoticeOn returns a mission's notice for flights that depart on a day.
func (r *Rules) NoticeOn(mission string, day identity.Date) (*Notice, bool) {
	for i := range r.Notices {
		n := &r.Notices[i]
		if n.Mission == mission && n.covers(day) {
			return n, true
		}
	}
	return nil, false
}

func (n *Notice) covers(day identity.Date) bool {
	return !day.Before(n.From.Date) && (n.Until.IsZero() || day.Before(n.Until.Date))
}

// NoticesOf lists a mission's notices, the newest first.
func (r *Rules) NoticesOf(mission string) []Notice {
	var list []Notice
	for _, n := range r.Notices {
		if n.Mission == mission {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b Notice) int { return b.From.Compare(a.From.Date) })
	return list
}

// Name is the notice as it is quoted, such as frankfurt/2022-04.
func (n *Notice) Name() string { return path.Join(n.Mission, n.ID) }

// Due returns when so many of a mission's working hours have passed since an instant.
func (m *Mission) Due(since time.Time) time.Time {
	left := time.Duration(m.TargetHours) * time.Hour
	day := since.In(m.Zone)
	for range 366 {
		midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, m.Zone)
		if m.Hours.days[midnight.Weekday()] {
			open, shut := at(midnight, m.Hours.from), at(midnight, m.Hours.until)
			if since.After(open) {
				open = since
			}
			if open.Before(shut) {
				if until := open.Add(left); !until.After(shut) {
					return until
				}
				left -= shut.Sub(open)
			}
		}
		day = midnight.AddDate(0, 0, 1)
	}
	return since.Add(left)
}

// at is a time of day, which on days when clocks change isn't that long after midnight.
func at(midnight time.Time, d time.Duration) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), int(d/time.Hour), int(d/time.Minute)%60, 0, 0, midnight.Location())
}
