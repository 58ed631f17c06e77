package web

import (
	"fmt"
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
