package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
	"healthcode/internal/area"
)

// maxAreas bounds an area history; all counties over three years take about 4 MiB.
const maxAreas = 32 << 20

func (s *Server) areaRoutes() []Route {
	return []Route{
		document(http.MethodGet, "/v1/areas", "get-areas", "The area history: counties, their levels and local cases over time",
			[]string{"application/json"}, s.getAreas, public, cacheable,
			about("A county that isn't there is low and has had no cases. The whole history is several MB: name the codes that you need.")),
		handle(http.MethodPut, "/v1/jurisdictions/{jurisdiction}/areas", "put-areas", "Replace the history of the counties named", s.putAreas,
			forRoles(authorities), body(maxAreas), reads(map[string]*huma.Schema{"application/json": {Type: huma.TypeObject,
				Description: "An area history, as GET /v1/areas gives it. A date without a time is 00:00 in the jurisdiction."}}),
			about("Counties that aren't named stay as they are. Risk areas are national: an authority may name any county, and a change holds for every person in the next request.")),
	}
}

type areasInput struct {
	Code []string `query:"code" maxItems:"200" doc:"County codes, with commas between them" example:"110105,310115"`
}

func (s *Server) getAreas(c *call, in *areasInput) (file, error) {
	history, whole, err := s.areas.get(c.ctx, s.Store, s.Complete)
	if err != nil || len(in.Code) == 0 {
		return file{"application/json", whole}, err
	}
	named := healthcode.AreaHistory{}
	for _, county := range history.Areas {
		if slices.Contains(in.Code, county.Code) {
			named.Areas = append(named.Areas, county)
		}
	}
	data, err := json.Marshal(named)
	return file{"application/json", data}, err
}

// AreasPut says what became of an area history.
type AreasPut struct {
	Counties int   `json:"counties" doc:"How many were named"`
	Version  int64 `json:"version" doc:"Of the whole history, which grows with each change"`
}

func (s *Server) putAreas(c *call, in *inJurisdiction) (AreasPut, error) {
	p, err := s.Status.Policy(in.Jurisdiction)
	if err != nil {
		return AreasPut{}, err
	}
	data, err := c.read("application/json")
	if err != nil {
		return AreasPut{}, err
	}
	history, err := healthcode.ParseAreaHistory(data, p.Location)
	if err != nil {
		return AreasPut{}, healthcode.Errorf(healthcode.CodeInvalid, "areas", "这份地区资料有错，请按英文说明修改。", "%s", strings.TrimPrefix(err.Error(), "areas: "))
	}
	for i, county := range history.Areas {
		if _, ok := area.Lookup(county.Code); len(county.Code) == 6 && !ok {
			return AreasPut{}, healthcode.Errorf(healthcode.CodeInvalid, fmt.Sprintf("areas[%d].code", i), "没有代码为 "+county.Code+" 的县（市、区、旗）。",
				"There is no county with the code %s.", county.Code)
		}
	}
	if err := s.Store.PutAreas(c.ctx, history); err != nil {
		return AreasPut{}, fmt.Errorf("storing the areas: %w", err)
	}
	version, err := s.Store.AreasVersion(c.ctx)
	if err != nil {
		return AreasPut{}, fmt.Errorf("reading the areas' version: %w", err)
	}
	return AreasPut{len(history.Areas), version}, nil
}

// areaCache keeps the history, and its JSON, until it changes: asking for its version is one small read.
type areaCache struct {
	mu      sync.Mutex
	version int64
	history healthcode.AreaHistory
	json    []byte // nil until it was read
}

func (a *areaCache) get(ctx context.Context, store healthcode.AreaStore, complete func(healthcode.AreaHistory) healthcode.AreaHistory) (healthcode.AreaHistory, []byte, error) {
	version, err := store.AreasVersion(ctx)
	if err != nil {
		return healthcode.AreaHistory{}, nil, fmt.Errorf("reading the areas' version: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.json != nil && a.version == version {
		return a.history, a.json, nil
	}
	history, version, err := store.Areas(ctx)
	if err != nil {
		return history, nil, fmt.Errorf("reading the area history: %w", err)
	}
	if complete != nil {
		history = complete(history)
	}
	data, err := json.Marshal(history)
	if err != nil {
		return history, nil, fmt.Errorf("writing the area history: %w", err)
	}
	a.version, a.history, a.json = version, history, data
	return history, data, nil
}
