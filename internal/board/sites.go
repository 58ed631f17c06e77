package board

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"healthcode"
)

// Columns are those of a file of test sites, in this order. Phone and English may be empty: the Chinese stands for both then.
var Columns = []string{"id", "area", "name", "name_en", "address", "address_en", "hours", "phone"}

// MaxSites bounds one file.
const MaxSites = 20_000

// LineError says what is wrong with one line, counted from 1.
type LineError struct {
	Line int
	Text healthcode.Text
}

// ParseSites reads a CSV file of UTF-8 with a line of column names. Here tells whether a county code is the jurisdiction's.
func ParseSites(data []byte, here func(code string) bool) (sites []healthcode.TestSite, errs []LineError) {
	fail := func(line int, zh, en string) { errs = append(errs, LineError{line, healthcode.Text{ZH: zh, EN: en}}) }
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		fail(1, "文件不是 UTF-8 编码，请另存为 CSV UTF-8。", "The file isn't UTF-8; save it as CSV UTF-8.")
		return nil, errs
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil || !slices.Equal(trimmed(head), Columns) {
		names := strings.Join(Columns, ",")
		fail(1, "第一行应为："+names, "The first line should be: "+names)
		return nil, errs
	}
	seen := map[string]int{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return sites, errs
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			fail(parse.Line, "引号不成对，请修改这一行。", "A quotation mark is missing; mend this line.")
			return nil, errs
		}
		line, _ := r.FieldPos(0)
		if len(sites)+len(errs) >= MaxSites {
			fail(line, fmt.Sprintf("最多 %d 个检测点。", MaxSites), fmt.Sprintf("At most %d sites.", MaxSites))
			return nil, errs
		}
		site, zh, en := parseSite(trimmed(row), here)
		if en == "" {
			if first := seen[site.ID]; first > 0 {
				zh, en = fmt.Sprintf("id 与第 %d 行重复。", first), fmt.Sprintf("id: the same as in line %d.", first)
			}
		}
		if en != "" {
			fail(line, zh, en)
			continue
		}
		seen[site.ID] = line
		sites = append(sites, site)
	}
}

func parseSite(row []string, here func(string) bool) (site healthcode.TestSite, zh, en string) {
	if len(row) != len(Columns) {
		return site, fmt.Sprintf("这一行有 %d 列，应为 %d 列。", len(row), len(Columns)), fmt.Sprintf("The line has %d columns and should have %d.", len(row), len(Columns))
	}
	site = healthcode.TestSite{ID: row[0], Area: row[1], Name: healthcode.Text{ZH: row[2], EN: row[3]}, Address: healthcode.Text{ZH: row[4], EN: row[5]},
		Hours: row[6], Phone: row[7]}
	for _, t := range []*healthcode.Text{&site.Name, &site.Address} {
		if t.EN == "" {
			t.EN = t.ZH
		}
	}
	for i, v := range row {
		switch {
		case v == "" && i != 3 && i != 5 && i != 7:
			return site, Columns[i] + "：请填写。", Columns[i] + ": it is empty."
		case utf8.RuneCountInString(v) > 200:
			return site, Columns[i] + "：最多 200 个字。", Columns[i] + ": at most 200 characters."
		}
	}
	if !healthcode.ValidAreaCode(site.Area) || !here(site.Area) {
		return site, "area：请填写本地的六位县级行政区划代码。", "area: want a county code of this place, six digits."
	}
	return site, "", ""
}

func trimmed(row []string) []string {
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row
}
