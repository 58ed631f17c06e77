package area

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"healthcode"
)

// Months may be imported in any order and again; the result is that of all
// files at once.
func TestMergeIsTheSameAsReadingAllAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	places := []string{"海南省 三亚市 吉阳区", "海南省 三亚市 天涯区", "西藏自治区 拉萨市 城关区", "北京市 朝阳区 建外街道"}
	for round := range 200 {
		all, parts := fstest.MapFS{}, []fstest.MapFS{{}, {}, {}}
		for day := range 12 {
			var high, medium []string
			for _, p := range places {
				switch random.IntN(3) {
				case 0:
					high = append(high, p)
				case 1:
					medium = append(medium, p)
				}
			}
			name := fmt.Sprintf("202208%02d20.json", day+1)
			all[name] = file(fmt.Sprintf("2022-08-%02d 20时", day+1), high, medium)
			part := random.IntN(3) // interleaved
			if round%2 == 0 {
				part = day / 4 // month by month
			}
			parts[part][name] = all[name]
		}
		want, _ := readFS(t, all)
		var got Record
		for _, i := range random.Perm(3) {
			if len(parts[i]) == 0 {
				continue
			}
			part, _ := readFS(t, parts[i])
			got = Merge(got, part)
			if again := Merge(got, part); !reflect.DeepEqual(levelsOf(again), levelsOf(got)) {
				t.Fatalf("round %d: importing a part again changes the result", round)
			}
		}
		if !reflect.DeepEqual(levelsOf(got), levelsOf(want)) || !reflect.DeepEqual(got.Snapshots, want.Snapshots) {
			t.Fatalf("round %d:\n%v, want\n%v", round, levelsOf(got), levelsOf(want))
		}
	}
}

// levelsOf leaves out counties that were never raised: a part names them, the whole may not.
func levelsOf(r Record) map[string]string {
	m := map[string]string{}
	for _, c := range r.History.Areas {
		if len(c.Levels) > 0 {
			m[c.Code] = levels(r.History, c.Code)
		}
	}
	return m
}

// A stored history that has lost its instants: the next month still ends
// what is missing from its first list, and an earlier month what the later one doesn't name.
func TestMergeWithoutInstants(t *testing.T) {
	july, _ := readFS(t, fstest.MapFS{
		"a.json": file("2022-07-01 20时", []string{"海南省 三亚市 吉阳区"}, []string{"海南省 三亚市 天涯区"}),
	})
	august, _ := readFS(t, fstest.MapFS{
		"b.json": file("2022-08-01 20时", []string{"海南省 三亚市 天涯区"}, nil),
	})
	for name, merged := range map[string]Record{
		"August after July": Merge(Record{History: july.History}, august),
		"July after August": Merge(Record{History: august.History}, july),
	} {
		if got, want := levels(merged.History, "460203"), "07-01 20 high, 08-01 20 low"; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if got, want := levels(merged.History, "460204"), "07-01 20 medium, 08-01 20 high"; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestMergeUnitesTheRest(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2022, 4, d, 0, 0, 0, 0, shanghai) }
	old := healthcode.County{Code: "110105", Name: healthcode.Text{ZH: "朝阳区", EN: "Chaoyang"},
		HardestHit: []healthcode.Period{{From: day(1), To: day(2)}},
		LocalCases: []healthcode.CaseCount{{Date: day(22), Count: 5}, {Date: day(23), Count: 1}}}
	new := healthcode.County{Code: "110105", LandPort: true,
		HardestHit: []healthcode.Period{{From: day(1), To: day(2)}, {From: day(9)}},
		LocalCases: []healthcode.CaseCount{{Date: day(23), Count: 2}}}
	other := healthcode.County{Code: "110101"}
	merged := Merge(
		Record{History: healthcode.AreaHistory{Areas: []healthcode.County{old}}},
		Record{History: healthcode.AreaHistory{Areas: []healthcode.County{new, other}}})
	want := healthcode.County{Code: "110105", Name: old.Name, LandPort: true,
		HardestHit: new.HardestHit,
		LocalCases: []healthcode.CaseCount{{Date: day(22), Count: 5}, {Date: day(23), Count: 2}}}
	if got := merged.History.Areas; len(got) != 2 || got[0].Code != "110101" || !reflect.DeepEqual(got[1], want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
