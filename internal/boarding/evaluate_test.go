package boarding

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"healthcode"
	"healthcode/internal/identity"
	"healthcode/missions"
)

func rules(t testing.TB) *Rules {
	t.Helper()
	r, err := Load(missions.FS)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func date(t testing.TB, s string) identity.Date {
	t.Helper()
	d, err := identity.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// journey is of somebody born in 1974 by a flight from Frankfurt.
func journey(t testing.TB, r *Rules, class, departure string, transit ...string) Journey {
	t.Helper()
	fra, _ := r.Airport("FRA")
	return Journey{Mission: "frankfurt", Class: class, Birth: date(t, "1974-08-12"), Departure: instant(t, departure), Zone: fra.Zone, Country: "DE", Transit: transit}
}

func pcr(t testing.TB, id, sampled, lab string) Evidence {
	return Evidence{Paper: id, Kind: KindTest, Target: "covid-19", Analyte: "nucleic-acid", Result: "negative", Time: instant(t, sampled), Lab: lab}
}

func TestWhichSetApplies(t *testing.T) {
	r := rules(t)
	for _, c := range []struct {
		class, departure, want string
		transit                []string
	}{
		{"general", "2022-05-02T13:00:00+02:00", "frankfurt/2022-04 direct-general", nil},
		{"vaccinated", "2022-05-02T13:00:00+02:00", "frankfurt/2022-04 direct-vaccinated", nil},
		{"vaccinated", "2022-05-02T13:00:00+02:00", "frankfurt/2022-04 transit", []string{"FR"}},
		{"vaccinated", "2022-05-02T13:00:00+02:00", "no_requirement_set", []string{"FR", "US"}},
		{"crew", "2022-05-02T13:00:00+02:00", "frankfurt/2022-04 crew", []string{"US"}},
		// The day is the one at the airport of origin: in China it is July already.
		{"general", "2022-06-30T23:59:00+02:00", "frankfurt/2022-04 direct-general", nil},
		{"general", "2022-07-01T00:00:00+02:00", "frankfurt/2022-07 everyone", nil},
		{"general", "2022-06-30T22:30:00Z", "frankfurt/2022-07 everyone", nil},
		{"general", "2022-03-31T23:00:00+02:00", "no_notice", nil},
		{"general", "2023-01-01T00:00:00+01:00", "no_notice", nil},
		{"child-under-3", "2022-05-02T13:00:00+02:00", "wrong_class", nil},
		{"martian", "2022-05-02T13:00:00+02:00", "wrong_class", nil},
	} {
		n, s, err := r.Find(journey(t, r, c.class, c.departure, c.transit...))
		got := string(healthcode.CodeOf(err))
		if err == nil {
			got = n.Name() + " " + s.ID
		}
		if got != c.want {
			t.Errorf("%s on %s by %v: %s, want %s", c.class, c.departure, c.transit, got, c.want)
		}
	}
	child := journey(t, r, "child-under-3", "2022-05-02T00:30:00+02:00")
	for birth, ok := range map[string]bool{"2019-05-02": false, "2019-05-03": true} { // three on the day, or the day after
		child.Birth = date(t, birth)
		if _, _, err := r.Find(child); (err == nil) != ok {
			t.Errorf("a child born on %s: %v", birth, err)
		}
	}
}

// A sample counts to the very second, and across the zones of laboratory, airport and server.
func TestSampleWithinHours(t *testing.T) {
	r := rules(t)
	j := journey(t, r, "vaccinated", "2022-05-02T13:00:00+02:00")
	_, s, err := r.Find(j)
	if err != nil {
		t.Fatal(err)
	}
	shot := Evidence{Paper: "v", Kind: KindVaccination, Target: "covid-19", Day: date(t, "2022-01-10"), Dose: 2, Doses: 2}
	for _, c := range []struct {
		name, sampled, lab, result, why string
	}{
		{"exactly 48 hours", "2022-04-30T13:00:00+02:00", "Labor am Main", "negative", ""},
		{"a second more", "2022-04-30T12:59:59+02:00", "Labor am Main", "negative", "too old"},
		{"48 hours in another zone", "2022-04-30T19:00:00+08:00", "Labor am Main", "negative", ""},
		{"by the other name of the laboratory", "2022-05-01T08:00:00Z", "  laboratory   MAIN", "negative", ""},
		{"another laboratory", "2022-05-01T08:00:00Z", "Kiosk", "negative", "not on the mission's list"},
		{"positive", "2022-05-01T08:00:00Z", "Labor am Main", "positive", "isn't the one"},
		{"in the future", "2022-05-02T12:30:00+02:00", "Labor am Main", "negative", "in the future"},
	} {
		e := pcr(t, "p", c.sampled, c.lab)
		e.Result = c.result
		a := r.Evaluate(s, j, []Evidence{e, shot}, instant(t, "2022-05-02T09:00:00+02:00"))
		if a.Complete != (c.why == "") {
			t.Errorf("%s: complete %v: %+v", c.name, a.Complete, a.Findings)
		}
		if c.why != "" && (len(a.Findings[0].Why) != 1 || !strings.Contains(a.Findings[0].Why[0].EN, c.why) || a.Findings[0].Why[0].ZH == "") {
			t.Errorf("%s: why %+v, want %q", c.name, a.Findings[0].Why, c.why)
		}
		if !a.Findings[1].Satisfied {
			t.Errorf("%s: the vaccination isn't satisfied", c.name)
		}
		if want := e.Time.Add(48 * time.Hour); c.why == "" && !a.Until.Equal(earliest(want, j.Departure.Add(12*time.Hour))) {
			t.Errorf("%s: until %v", c.name, a.Until)
		}
	}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func TestFullDaysAfterTheLastDose(t *testing.T) {
	r := rules(t)
	j := journey(t, r, "vaccinated", "2022-05-15T00:10:00+02:00") // still the 14th in UTC
	_, s, _ := r.Find(j)
	for day, ok := range map[string]bool{"2022-04-30": true, "2022-05-01": false} {
		shot := Evidence{Paper: "v", Kind: KindVaccination, Target: "covid-19", Day: date(t, day), Dose: 2, Doses: 2}
		if a := r.Evaluate(s, j, []Evidence{shot}, j.Departure); a.Findings[1].Satisfied != ok {
			t.Errorf("a dose on %s: %+v", day, a.Findings[1])
		}
	}
	half := Evidence{Paper: "v", Kind: KindVaccination, Target: "covid-19", Day: date(t, "2022-01-01"), Dose: 1, Doses: 2}
	if a := r.Evaluate(s, j, []Evidence{half}, j.Departure); a.Findings[1].Satisfied {
		t.Error("one dose of two is complete")
	}
	other := Evidence{Paper: "v", Kind: KindVaccination, Target: "yellow-fever", Day: date(t, "2022-01-01"), Dose: 1, Doses: 1}
	if a := r.Evaluate(s, j, []Evidence{other}, j.Departure); a.Findings[1].Satisfied {
		t.Error("a vaccination against something else counts")
	}
}

// Days are those of the airport, whatever the sample's own zone says.
func TestWithinDays(t *testing.T) {
	r := rules(t)
	j := journey(t, r, "crew", "2022-05-03T06:00:00+02:00")
	_, s, _ := r.Find(j)
	for sampled, ok := range map[string]bool{"2022-05-01T00:00:00+02:00": true, "2022-04-30T23:59:59+02:00": false, "2022-04-30T22:00:00Z": true, "2022-05-01T05:59:00+08:00": false} {
		if a := r.Evaluate(s, j, []Evidence{pcr(t, "p", sampled, "")}, j.Departure); a.Complete != ok {
			t.Errorf("sampled %s: %v", sampled, a.Complete)
		}
	}
}

func TestTwoTestsByDifferentLaboratories(t *testing.T) {
	r := rules(t)
	j := journey(t, r, "recovered", "2022-05-02T13:00:00+02:00")
	_, s, _ := r.Find(j)
	letter := Evidence{Paper: "d", Kind: KindPaper, What: "doctor-statement", Day: date(t, "2022-04-25")}
	late := pcr(t, "2", "2022-05-01T13:00:00+02:00", "Labor am Main")
	for _, c := range []struct {
		name string
		ok   bool
		more []Evidence
	}{
		{"a day apart", true, []Evidence{pcr(t, "1", "2022-04-30T13:00:00+02:00", "Kiosk")}},
		{"a minute less", false, []Evidence{pcr(t, "1", "2022-04-30T13:01:00+02:00", "Kiosk")}},
		{"the same laboratory under another name", false, []Evidence{pcr(t, "1", "2022-04-30T12:00:00+02:00", "Laboratory Main")}},
		{"one test alone", false, nil},
		{"a better one among several", true, []Evidence{pcr(t, "0", "2022-04-30T13:30:00+02:00", "Kiosk"), pcr(t, "1", "2022-04-29T13:00:00+02:00", "Kiosk")}},
	} {
		for _, evidence := range [][]Evidence{append([]Evidence{late, letter}, c.more...), append(append([]Evidence{}, c.more...), letter, late)} {
			if a := r.Evaluate(s, j, evidence, j.Departure); a.Complete != c.ok {
				t.Errorf("%s: %+v", c.name, a.Findings)
			}
		}
	}
}

// Every mistake is told with its file and line.
func TestLoadRefuses(t *testing.T) {
	read := func(name string) string {
		data, err := missions.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	places, notice := read("places.yaml"), read("bangkok/2022-03.yaml")
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown field", "retention_days: 30", "retention: 30", "bangkok/2022-03.yaml:10: field retention not found"},
		{"unknown class", "classes: [child-under-3]", "classes: [baby]", "no class \"baby\""},
		{"line of a class", "classes: [child-under-3]", "classes: [baby]", "bangkok/2022-03.yaml:30: classes"},
		{"bad date", "from: 2022-03-15", "from: 15.3.2022", "bangkok/2022-03.yaml:4: "},
		{"unserved origin", "origins: [TH]", "origins: [DE]", "doesn't serve DE"},
		{"no country", "origins: [TH]", "origins: [Siam]", "is no country"},
		{"unknown list", "labs: bangkok-listed", "labs: every", "no list of laboratories"},
		{"two sets for one", "classes: [child-under-3]", "classes: [general]", "only one may apply"},
		{"condition of another kind", "kind: test, target: covid-19, analyte: antigen", "kind: vaccination, target: covid-19, analyte: antigen", "a vaccination has no such condition"},
		{"no age", "within_hours: 24}", "within_days: 0}", "either within_hours or within_days"},
		{"missing translation", "title: {zh: 关于自泰国赴华旅客申请健康声明的通知（示例）, en: ", "title: {en: ", "both languages"},
		{"nothing needed, silently", "exempt: true", "exempt: false", "exempt: true where nothing is"},
		{"not YAML", "sets:", "sets: [", "bangkok/2022-03.yaml:"},
		{"no mission", "mission: bangkok", "mission: moon", "no mission \"moon\""},
	} {
		changed := strings.Replace(notice, c.old, c.new, 1)
		if changed == notice {
			t.Fatalf("%s: nothing changed", c.name)
		}
		_, err := Load(fstest.MapFS{"places.yaml": {Data: []byte(places)}, "bangkok/2022-03.yaml": {Data: []byte(changed)}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	later := strings.Replace(notice, "from: 2022-03-15", "from: 2022-05-01", 1)
	_, err := Load(fstest.MapFS{"places.yaml": {Data: []byte(places)}, "bangkok/a.yaml": {Data: []byte(notice)}, "bangkok/b.yaml": {Data: []byte(later)}})
	if err == nil || !strings.Contains(err.Error(), "bangkok/b.yaml:1: from: on 2022-05-01") {
		t.Errorf("overlapping notices: %v", err)
	}
	_, err = Load(fstest.MapFS{"places.yaml": {Data: []byte(strings.Replace(places, "time_zone: Europe/Berlin", "time_zone: Berlin", 1))}})
	if err == nil || !strings.Contains(err.Error(), "places.yaml:10: time_zone") {
		t.Errorf("time zone: %v", err)
	}
}

// The clock runs only while the mission works.
func TestDueInWorkingHours(t *testing.T) {
	m, _ := rules(t).Mission("frankfurt") // 8 hours, Monday to Friday, 9 to 17
	for since, want := range map[string]string{
		"2022-05-02T09:00:00+02:00": "2022-05-02T17:00:00+02:00",
		"2022-05-02T12:00:00+02:00": "2022-05-03T12:00:00+02:00",
		"2022-05-06T16:00:00+02:00": "2022-05-09T16:00:00+02:00", // a weekend between
		"2022-05-07T03:00:00Z":      "2022-05-09T17:00:00+02:00",
		"2022-03-26T12:00:00+01:00": "2022-03-28T17:00:00+02:00", // clocks change on the Sunday
	} {
		if got := m.Due(instant(t, since)); !got.Equal(instant(t, want)) {
			t.Errorf("since %s: %v, want %s", since, got, want)
		}
	}
}
