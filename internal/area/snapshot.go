package area

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"healthcode"
)

// snapshot is what one file of the risk-area query says: every place that is
// at medium or high risk at an instant.
type snapshot struct {
	file     string
	at       time.Time
	places   []listedPlace
	warnings []string // what is odd about a file that is used all the same
}

type listedPlace struct {
	place
	level healthcode.Level
}

// The file's own form. Lists and counts may be missing or null, the lists may
// stand in "data" or at the top, and there may be other fields.
type snapshotWire struct {
	listsWire
	Data *listsWire `json:"data"`
	Msg  any        `json:"msg"`
}

type listsWire struct {
	EndUpdateTime string       `json:"end_update_time"`
	HCount        *count       `json:"hcount"`
	MCount        *count       `json:"mcount"`
	High          *[]placeWire `json:"highlist"`
	Medium        *[]placeWire `json:"middlelist"`
	// lowlist (from the ninth edition, June 2022) isn't read: low is what a
	// county is that no other list names.
}

type placeWire struct {
	Province    string          `json:"province"`
	City        string          `json:"city"`
	County      string          `json:"county"`
	AreaName    string          `json:"area_name"`
	Communities json.RawMessage `json:"communitys"`
}

// count is a number that may be written as a string; unknown if it is no number.
type count int

const unknown count = -1

func (c *count) UnmarshalJSON(data []byte) error {
	*c = unknown
	if n, err := strconv.Atoi(strings.Trim(string(data), `"`)); err == nil {
		*c = count(n)
	}
	return nil
}

// parseSnapshot reads one file of the risk-area query. The time is
// end_update_time or, without it, the file's name (2022041520-f04a1ad0.json), in loc.
func parseSnapshot(file string, data []byte, loc *time.Location) (snapshot, error) {
	var wire snapshotWire
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\uFEFF")), &wire); err != nil {
		return snapshot{}, fmt.Errorf("reading the JSON: %w", err)
	}
	lists := wire.listsWire
	if wire.Data != nil {
		lists = *wire.Data
	}
	s := snapshot{file: file}
	var ok bool
	if s.at, ok = parseHour(lists.EndUpdateTime, loc); !ok {
		if s.at, ok = parseFileName(file, loc); !ok {
			return snapshot{}, fmt.Errorf("end_update_time: %q is not a time such as 2022-04-15 20时, and the file's name doesn't begin with one (2022041520)", lists.EndUpdateTime)
		}
	}
	if lists.High == nil && lists.Medium == nil && (lists.HCount == nil || lists.MCount == nil) {
		return snapshot{}, fmt.Errorf("neither highlist nor middlelist is there (msg: %v)", wire.Msg)
	}
	for _, list := range []struct {
		name   string
		places *[]placeWire
		count  *count
		level  healthcode.Level
	}{
		{"highlist", lists.High, lists.HCount, healthcode.LevelHigh},
		{"middlelist", lists.Medium, lists.MCount, healthcode.LevelMedium},
	} {
		found, err := s.add(list.places, list.level)
		if err != nil {
			return snapshot{}, fmt.Errorf("%s: %w", list.name, err)
		}
		announced := unknown
		if list.count != nil {
			announced = *list.count
		}
		switch {
		case announced == unknown && list.places == nil:
			s.warnings = append(s.warnings, list.name+" is missing, and taken to be empty")
		case announced == unknown || int(announced) == found:
		case found == 0:
			return snapshot{}, fmt.Errorf("%s is empty, though %d places are announced", list.name, announced)
		default:
			s.warnings = append(s.warnings, fmt.Sprintf("%s has %d places, though %d are announced", list.name, found, announced))
		}
	}
	return s, nil
}

// add appends the places of one list and returns how many communities they name.
func (s *snapshot) add(list *[]placeWire, level healthcode.Level) (communities int, err error) {
	if list == nil {
		return 0, nil
	}
	for _, w := range *list {
		names, err := w.communities()
		if err != nil {
			return 0, fmt.Errorf("communitys of %s: %w", w.AreaName, err)
		}
		if w.Province == "" {
			w.fromAreaName()
		}
		communities += max(1, len(names))
		s.places = append(s.places, listedPlace{place{w.Province, w.City, w.County, names}, level})
	}
	return communities, nil
}

func (w *placeWire) communities() ([]string, error) {
	if len(w.Communities) == 0 || string(w.Communities) == "null" {
		return nil, nil
	}
	if w.Communities[0] == '"' {
		var one string
		err := json.Unmarshal(w.Communities, &one)
		return []string{one}, err
	}
	var names []string
	err := json.Unmarshal(w.Communities, &names)
	return names, err
}

// fromAreaName takes the place from "北京市 朝阳区 酒仙桥街道".
func (w *placeWire) fromAreaName() {
	parts := strings.Fields(w.AreaName)
	for i, field := range []*string{&w.Province, &w.City, &w.County} {
		if i < len(parts) {
			*field = parts[i]
		}
	}
}

var digits = regexp.MustCompile(`\d+`)

// parseHour reads "2022-04-15 20时", with or without minutes and seconds.
func parseHour(text string, loc *time.Location) (time.Time, bool) {
	var n [6]int
	found := digits.FindAllString(text, -1)
	if len(found) < 4 || len(found) > 6 {
		return time.Time{}, false
	}
	for i, f := range found {
		n[i], _ = strconv.Atoi(f)
	}
	return instant(n, loc)
}

// parseFileName reads the time that a file's name begins with: year, month,
// day and hour, the hour of one or two digits.
func parseFileName(file string, loc *time.Location) (time.Time, bool) {
	head := digits.FindString(path.Base(file))
	if len(head) < 9 || len(head) > 10 {
		return time.Time{}, false
	}
	var n [6]int
	for i, cut := range [][2]int{{0, 4}, {4, 6}, {6, 8}, {8, len(head)}} {
		n[i], _ = strconv.Atoi(head[cut[0]:cut[1]])
	}
	return instant(n, loc)
}

// instant refuses what no calendar has; 24 o'clock is midnight after the day.
func instant(n [6]int, loc *time.Location) (time.Time, bool) {
	day := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, loc)
	if n[0] < 2020 || day.Day() != n[2] || day.Month() != time.Month(n[1]) || n[3] > 24 || n[4] > 59 || n[5] > 59 {
		return time.Time{}, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, loc), true
}
