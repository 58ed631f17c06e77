package identity

import (
	"testing"
	"time"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAge(t *testing.T) {
	for _, tt := range []struct {
		birth, on string
		want      int
	}{
		{"1962-04-28", "2022-04-27", 59},
		{"1962-04-28", "2022-04-28", 60},
		{"1962-04-28", "2022-04-29", 60},
		{"2005-04-29", "2022-04-28", 16},
		{"2005-04-28", "2022-04-28", 17},
		{"2004-02-29", "2022-02-28", 17}, // a common year: still the year before
		{"2004-02-29", "2022-03-01", 18},
		{"2004-02-29", "2024-02-28", 19},
		{"2004-02-29", "2024-02-29", 20}, // a leap year: on the day itself
		{"1900-03-01", "2000-02-29", 99},
		{"2022-04-28", "2022-04-28", 0},
		{"2022-04-29", "2022-04-28", -1},
		{"1999-12-31", "2000-01-01", 0},
	} {
		birth, on := date(t, tt.birth), date(t, tt.on)
		if got := Age(birth, on); got != tt.want {
			t.Errorf("born %s, on %s: %d, want %d", tt.birth, tt.on, got, tt.want)
		}
	}
}

// TestBirthday walks through every day of 10 years for two awkward birthdays:
// the age changes exactly on Birthday.
func TestBirthday(t *testing.T) {
	for _, birth := range []Date{{2000, 2, 29}, {1999, 12, 31}, {2000, 3, 1}} {
		for at := birth.In(time.UTC); at.Year() < birth.Year+10; at = at.AddDate(0, 0, 1) {
			on := DateOf(at)
			age := Age(birth, on)
			if on.Before(Birthday(birth, age)) || !on.Before(Birthday(birth, age+1)) {
				t.Fatalf("born %s, on %s aged %d, but birthdays are %s and %s",
					birth, on, age, Birthday(birth, age), Birthday(birth, age+1))
			}
		}
	}
}

func TestAgeClasses(t *testing.T) {
	for _, tt := range []struct {
		birth                     string
		assisted, minor, faceless bool
	}{
		{"1962-04-28", true, false, false},  // 60 today
		{"1962-04-29", false, false, false}, // 60 tomorrow
		{"1922-01-01", true, false, false},
		{"2005-04-28", false, true, false}, // 17 today
		{"2005-04-29", true, true, true},   // 17 tomorrow
		{"2004-04-28", false, false, false},
		{"2004-04-29", false, true, false}, // 18 tomorrow
		{"2022-04-28", true, true, true},   // born today
	} {
		birth := date(t, tt.birth)
		if a, m, f := AssistedQueryAge(birth, today), Minor(birth, today), NoFaceCheckAge(birth, today); a != tt.assisted || m != tt.minor || f != tt.faceless {
			t.Errorf("born %s: assisted %v, minor %v, faceless %v", tt.birth, a, m, f)
		}
	}
	if AssistedQueryAge(Date{}, today) || Minor(Date{}, today) || NoFaceCheckAge(Date{}, today) {
		t.Error("an unknown birth date falls into a class")
	}
	if AssistedQueryAge(Date{2022, 4, 29}, today) {
		t.Error("a person not yet born falls into a class")
	}
	leap := Date{1960, 2, 29} // 60 on a 29 February
	if AssistedQueryAge(leap, Date{2020, 2, 28}) || !AssistedQueryAge(leap, Date{2020, 2, 29}) {
		t.Error("60 on 29 February 2020, and not the day before")
	}
}

func TestDate(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	if got := DateOf(time.Date(2022, 4, 27, 16, 30, 0, 0, time.UTC).In(shanghai)); got != today {
		t.Errorf("00:30 in Shanghai is the day %s, want %s", got, today)
	}
	for _, s := range []string{"2021-02-29", "2022-4-8", "", "2022-04-28T00:00:00Z", "20220428"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q read as %s", s, d)
		}
	}
	if (Date{}).Valid() || (Date{2021, 2, 29}).Valid() || !(Date{2020, 2, 29}).Valid() {
		t.Error("Valid is wrong")
	}
	if !(Date{}).In(shanghai).IsZero() || (Date{}).String() != "" || DateOf(time.Time{}) != (Date{}) {
		t.Error("the zero Date isn't kept")
	}
}
