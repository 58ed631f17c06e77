package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/area"
)

// maxUpload bounds the files of one upload: a month of snapshots takes about 1 MB, all counties over three years 4 MB.
const maxUpload = 32 << 20

func (s *Server) areaRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/staff/areas", Roles: authorities, Handler: ofStaff(areasPage)},
		{Method: http.MethodPost, Pattern: "/staff/areas", Roles: authorities, MaxBody: maxUpload, Handler: ofStaff(uploadAreas)},
	}
}

// riskCounty is a county that isn't low now.
type riskCounty struct {
	code  string
	name  healthcode.Text
	level healthcode.Level
	since time.Time
	cases int // local cases of the last 14 days
	own   bool
}

// areaPage is what the page of areas shows.
type areaPage struct {
	counties []riskCounty
	looked   time.Time // when the list of areas was last looked at; zero where not known
	report   *areaReport
	errors   []fieldError
}

func areasPage(c *call) error { return c.areasPage(http.StatusOK, areaPage{}) }

func (c *call) areasPage(status int, page areaPage) error {
	history, _, err := c.server.Store.Areas(c.ctx)
	if err != nil {
		return err
	}
	looks, err := c.server.Store.AreaLooks(c.ctx)
	if err != nil {
		return err
	}
	for _, looked := range looks {
		if !looked.After(c.now) {
			page.looked = looked
		}
	}
	page.counties = riskCounties(history, c.now, c.policy.Areas)
	return c.page(status, areasView(c.view(), page))
}

// riskCounties lists the counties that aren't low, those of the jurisdiction first, then by level and code.
func riskCounties(history healthcode.AreaHistory, now time.Time, own []string) []riskCounty {
	var list []riskCounty
	for i := range history.Areas {
		county := &history.Areas[i]
		level := county.LevelAt(now)
		if level == healthcode.LevelLow {
			continue
		}
		risk := riskCounty{code: county.Code, name: area.FullName(county.Code), level: level}
		if !risk.name.Complete() {
			risk.name = county.Name
		}
		for _, change := range county.Levels {
			if !change.From.After(now) {
				risk.since = change.From
			}
		}
		for _, count := range county.LocalCases {
			if !count.Date.After(now) && count.Date.After(now.AddDate(0, 0, -14)) {
				risk.cases += count.Count
			}
		}
		risk.own = slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(county.Code, prefix) })
		list = append(list, risk)
	}
	slices.SortFunc(list, func(a, b riskCounty) int {
		if a.own != b.own {
			if a.own {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.level.Rank(), a.level.Rank()), cmp.Compare(a.code, b.code))
	})
	return list
}

// uploadAreas stores what was uploaded and answers with the report: it is not kept, so there is no redirect.
func uploadAreas(c *call) error {
	if err := c.parse(); err != nil {
		return err
	}
	files, err := c.uploads("files")
	if err != nil {
		return err
	}
	report, err := c.importAreas(files)
	if err != nil {
		errors := formErrors(err)
		if errors == nil {
			return err
		}
		return c.areasPage(statusOf(err), areaPage{errors: errors})
	}
	return c.areasPage(http.StatusOK, areaPage{report: &report})
}
