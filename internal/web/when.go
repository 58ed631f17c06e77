package web

import (
	"fmt"
	"strings"
	"time"

	"healthcode"
)

// day writes a date as people write it.
func day(lang healthcode.Language, t time.Time) string {
	if lang == healthcode.EN {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// moment writes a date with its hour. An end at 00:00 is written so too: the
// hour is what people misread.
func moment(lang healthcode.Language, t time.Time) string {
	return day(lang, t) + t.Format(" 15:04")
}

// shortDay is a date without its year, for the scale of a drawing.
func shortDay(lang healthcode.Language, t time.Time) string {
	if lang == healthcode.EN {
		return t.Format("2 Jan")
	}
	return fmt.Sprintf("%d月%d日", int(t.Month()), t.Day())
}

var dateSigns = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "", " ", "")

// typedDay reads a day as browsers send it (2022-04-28) or as people type it
// where the browser has no field for dates: 2022/4/28, 2022年4月28日, 20220428.
func typedDay(typed string) string {
	s := dateSigns.Replace(strings.TrimSpace(typed))
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return typed
}

// typedTime is the first moment of a typed day in the place; zero where it is none.
func typedTime(typed string, loc *time.Location) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, typedDay(typed), loc)
	if err != nil {
		return time.Time{}
	}
	return t
}
