package area

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"healthcode"
)

var shanghai = time.FixedZone("CST", 8*60*60)

func readFS(t *testing.T, fsys fstest.MapFS) (Record, Report) {
	t.Helper()
	record, report, err := ReadRiskAreas(context.Background(), fsys, shanghai, nil)
	if err != nil {
		t.Fatal(err)
	}
	return record, report
}

// file writes a snapshot in the query's form; high and medium hold places as
// "province city county".
func file(end string, high, medium []string) *fstest.MapFile {
	lists := map[string]any{"end_update_time": end, "hcount": len(high), "mcount": len(medium)}
	for name, places := range map[string][]string{"highlist": high, "middlelist": medium} {
		list := []map[string]any{}
		for _, p := range places {
			f := strings.Fields(p)
			list = append(list, map[string]any{"type": "2", "province": f[0], "city": f[1], "county": f[2], "area_name": p, "communitys": []string{"某小区"}})
		}
		lists[name] = list
	}
	data, err := json.Marshal(map[string]any{"data": lists, "code": 0, "msg": "查询成功"})
	if err != nil {
		panic(err)
	}
	return &fstest.MapFile{Data: data}
}

// levels writes a county's history as "04-15 20 high, 05-15 20 low".
func levels(h healthcode.AreaHistory, code string) string {
	var all []string
	for _, c := range h.Areas {
		if c.Code == code {
			for _, l := range c.Levels {
				all = append(all, l.From.In(shanghai).Format("01-02 15 ")+string(l.Level))
			}
		}
	}
	return strings.Join(all, ", ")
}

// Eight of the real snapshots; what must come out was read off the files by hand.
func TestRealSnapshots(t *testing.T) {
	var steps []int
	record, report, err := ReadRiskAreas(context.Background(), os.DirFS("testdata/snapshots"), shanghai, func(done, total int) {
		steps = append(steps, done)
		if total != 8 {
			t.Errorf("progress: %d files, want 8", total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(steps, []int{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("progress: %v", steps)
	}
	if report.Snapshots != 8 || len(report.Broken)+len(report.Warnings)+len(report.Unmapped)+len(report.Guessed()) != 0 {
		t.Errorf("report:\n%s", &report)
	}
	for code, want := range map[string]string{
		"110105": "04-15 20 high, 06-28 13 medium, 06-30 12 low", // Chaoyang in Beijing: in the city column, its streets beside it
		"110111": "04-25 19 medium, 05-15 20 high, 06-28 13 low", // Fangshan
		"310101": "04-15 20 medium, 06-28 13 low, 07-10 22 high", // Huangpu: in the county column
		"310106": "06-28 13 medium, 07-10 22 high",               // Jing'an
		"220172": "04-15 20 medium, 05-15 20 low",                // 长春市 净月区
		"220173": "04-15 20 medium, 05-15 20 low",                // 长春市 长春新区
		"320116": "06-28 13 medium, 07-10 22 low",                // Luhe in Nanjing
		"610111": "07-10 22 high, 07-15 22 medium",               // Xi'an: 浐灞生态区 lies in Baqiao
		"610112": "04-15 20 medium, 05-15 20 low",                // Xi'an: 西咸新区, streets in Weiyang
		"441900": "07-10 22 high",                                // Dongguan: towns in the county column
		"350128": "07-15 22 high",                                // 平潭综合实验区 in the city column
		"469021": "07-15 22 high",                                // Ding'an, directly under Hainan
		"152501": "",                                             // a land port without risk
	} {
		if got := levels(record.History, code); got != want {
			t.Errorf("%s: %s, want %s", FullName(code).ZH, got, want)
		}
	}
	i := slices.IndexFunc(record.History.Areas, func(c healthcode.County) bool { return c.Code == "152501" })
	if i < 0 || !record.History.Areas[i].LandPort {
		t.Error("Erenhot isn't in the history as a land port")
	}
}

func TestOrderAndCopiesOfFilesDoNotMatter(t *testing.T) {
	fsys := fstest.MapFS{
		"z/2022080120-aaaaaaaa.json": file("2022-08-01 20时", []string{"海南省 三亚市 吉阳区"}, nil),
		"a/2022080220-bbbbbbbb.json": file("2022-08-02 20时", nil, []string{"海南省 三亚市 吉阳区"}),
		"2022080320-cccccccc.json":   file("2022-08-03 20时", nil, nil),
	}
	record, _ := readFS(t, fsys)
	const want = "08-01 20 high, 08-02 20 medium, 08-03 20 low"
	if got := levels(record.History, "460203"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	fsys["b/copy.json"] = fsys["a/2022080220-bbbbbbbb.json"]
	again, report := readFS(t, fsys)
	if !reflect.DeepEqual(again, record) || report.Duplicates != 1 || report.Snapshots != 3 {
		t.Errorf("a copy changes the result, or isn't counted:\n%s", &report)
	}
}

func TestFilesOfOneInstantCountAtTheWorseLevel(t *testing.T) {
	record, _ := readFS(t, fstest.MapFS{
		"2022080120-aaaaaaaa.json": file("2022-08-01 20时", []string{"海南省 三亚市 吉阳区"}, nil),
		"2022080120-bbbbbbbb.json": file("2022-08-01 20时", nil, []string{"海南省 三亚市 吉阳区", "海南省 三亚市 天涯区"}),
	})
	if a, b := levels(record.History, "460203"), levels(record.History, "460204"); a != "08-01 20 high" || b != "08-01 20 medium" {
		t.Errorf("%s; %s", a, b)
	}
}

func TestBrokenFilesAreNamedAndTheRestIsKept(t *testing.T) {
	good := file("2022-08-01 20时", []string{"海南省 三亚市 吉阳区"}, nil)
	record, report := readFS(t, fstest.MapFS{
		"2022080120.json": good,
		"2022080121.json": {Data: good.Data[:len(good.Data)/2]},
		"2022080122.json": {Data: []byte(`{"data":null,"code":-1,"msg":"签名错误"}`)},
		"2022080123.json": {Data: []byte(`{"data":{"end_update_time":"2022-08-01 23时","hcount":3,"mcount":0,"highlist":null,"middlelist":[]}}`)},
		"info.json":       {Data: []byte(`{"file_count":3}`)},
		"nonsense.json":   {Data: []byte(`{"data":{"end_update_time":"2022-13-01 23时","highlist":[],"middlelist":[]}}`)},
		"README.md":       {Data: []byte(`not a snapshot`)},
		".hidden.json":    {Data: []byte(`{`)},
	})
	var names []string
	for _, n := range report.Broken {
		names = append(names, n.File)
		if n.Note == "" {
			t.Errorf("%s: no reason", n.File)
		}
	}
	if want := []string{"2022080121.json", "2022080122.json", "2022080123.json", "info.json", "nonsense.json"}; !slices.Equal(names, want) {
		t.Errorf("broken: %q, want %q", names, want)
	}
	if got := levels(record.History, "460203"); got != "08-01 20 high" {
		t.Errorf("the good file: %q", got)
	}
	if !strings.Contains(report.String(), "签名错误") {
		t.Errorf("the report doesn't say what the query answered:\n%s", &report)
	}
}

func TestUnmappedAndGuessedNamesAreReported(t *testing.T) {
	_, report := readFS(t, fstest.MapFS{
		"2022080120.json": file("2022-08-01 20时", []string{"河北省 某某市 某某区", "四川省 雅安市 某某示范区"}, nil),
		"2022080220.json": file("2022-08-02 20时", []string{"河北省 某某市 某某区"}, nil),
	})
	if len(report.Unmapped) != 1 || report.Unmapped[0].Rows != 2 || report.Unmapped[0].File != "2022080120.json" {
		t.Errorf("unmapped: %v", report.Unmapped)
	}
	if g := report.Guessed(); len(g) != 1 || g[0].County != "某某示范区" || !slices.Equal(g[0].Codes, []string{"511802"}) {
		t.Errorf("guessed: %v", g)
	}
}

func TestNothingUsableIsAnError(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{"empty": {}, "broken": {"a.json": {Data: []byte("[")}}} {
		if _, _, err := ReadRiskAreas(context.Background(), fsys, shanghai, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := ReadRiskAreas(ctx, os.DirFS("testdata/snapshots"), shanghai, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, _, err := ReadRiskAreas(context.Background(), os.DirFS("testdata/none"), shanghai, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
}

func TestDemoHistoryAgreesWithTheSnapshots(t *testing.T) {
	demo, err := DemoHistory()
	if err != nil {
		t.Fatal(err)
	}
	all := byCode(demo)
	record, _, err := ReadRiskAreas(context.Background(), os.DirFS("testdata/snapshots"), shanghai, nil)
	if err != nil {
		t.Fatal(err)
	}
	raised := 0
	for _, at := range record.Snapshots {
		for _, c := range record.History.Areas {
			whole, ok := all[c.Code]
			if got, want := whole.LevelAt(at), c.LevelAt(at); !ok || got != want {
				t.Errorf("%s at %s: %s, want %s", c.Code, at, got, want)
			}
			if c.LevelAt(at) != healthcode.LevelLow {
				raised++
			}
		}
		for _, c := range demo.Areas {
			if _, ok := byCode(record.History)[c.Code]; !ok && c.LevelAt(at) != healthcode.LevelLow {
				t.Errorf("%s at %s: %s, but the snapshot doesn't name it", c.Code, at, c.LevelAt(at))
			}
		}
	}
	if raised < 100 {
		t.Errorf("only %d levels compared", raised)
	}
}

func BenchmarkReadRiskAreas(b *testing.B) {
	var places []string
	for _, c := range Counties("51") {
		city, _ := Lookup(c.Code[:4])
		for range 55 {
			places = append(places, fmt.Sprintf("四川省 %s %s", city.Name.ZH, c.Name.ZH))
		}
	}
	fsys := fstest.MapFS{}
	for hour := range 10 {
		end := fmt.Sprintf("2022-11-01 %d时", hour)
		fsys[fmt.Sprintf("%d.json", hour)] = file(end, places, nil)
	}
	b.ReportMetric(float64(len(places)), "places/file")
	for b.Loop() {
		if _, _, err := ReadRiskAreas(context.Background(), fsys, shanghai, nil); err != nil {
			b.Fatal(err)
		}
	}
}
