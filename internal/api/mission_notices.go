package api

import (
	"healthcode"
	"healthcode/internal/boarding"
)

// MissionBody is an embassy or consulate.
type MissionBody struct {
	ID      string          `json:"id" example:"frankfurt"`
	Kind    string          `json:"kind" example:"consulate-general"`
	Name    healthcode.Text `json:"name"`
	Country string          `json:"country" doc:"ISO 3166-1 alpha-2"`
	Serves  []MissionServed `json:"serves"`
	Contact MissionContact  `json:"contact"`
	Notices []MissionNotice `json:"notices"`
}

// MissionServed is a country that a mission serves.
type MissionServed struct {
	Country string   `json:"country"`
	Regions []string `json:"regions,omitempty" doc:"None = all"`
}

// MissionContact is how a mission is reached.
type MissionContact struct {
	Phone   string `json:"phone"`
	Email   string `json:"email"`
	Address string `json:"address"`
	Website string `json:"website"`
}

// MissionNotice is what a mission published, for flights by their day of departure.
type MissionNotice struct {
	ID      string               `json:"id" example:"2022-04"`
	From    string               `json:"from" example:"2022-04-01"`
	Until   string               `json:"until,omitempty" doc:"Exclusive; absent: until further notice"`
	Example bool                 `json:"example" doc:"Not the rules of any real mission"`
	Title   healthcode.Text      `json:"title"`
	Text    healthcode.Text      `json:"text"`
	Sets    []MissionRequirement `json:"sets,omitempty"`
}

// MissionRequirement is what travellers of some classes need from some origins.
type MissionRequirement struct {
	ID      string        `json:"id"`
	Origins []string      `json:"origins" doc:"Countries of departure; * = any"`
	Transit []string      `json:"transit" doc:"Countries by way of which alone; empty = direct; * = any"`
	Classes []string      `json:"classes"`
	Hours   int           `json:"hours_after_departure" doc:"How long a statement holds, unless what it rests on ends before"`
	Exempt  bool          `json:"exempt" doc:"Nothing is needed"`
	Items   []MissionItem `json:"items"`
}

// MissionItem is one thing that is needed; one of the options is enough.
type MissionItem struct {
	ID    string          `json:"id"`
	Title healthcode.Text `json:"title"`
	Any   []MissionOption `json:"any"`
}

// MissionOption is one way to satisfy an item. Hours and days are those of package boarding.
type MissionOption struct {
	Kind         string   `json:"kind" enum:"test,vaccination,recovery,paper"`
	Target       string   `json:"target,omitempty"`
	Analyte      string   `json:"analyte,omitempty"`
	Result       string   `json:"result,omitempty"`
	Labs         string   `json:"labs,omitempty" doc:"By a laboratory of this list"`
	WithinHours  int      `json:"within_hours,omitempty" doc:"From sampling to departure"`
	WithinDays   int      `json:"within_days,omitempty" doc:"Calendar days at the origin"`
	OtherLabThan string   `json:"other_lab_than,omitempty" doc:"Another laboratory than that of this item"`
	HoursAfter   int      `json:"hours_after,omitempty" doc:"So long after that of the other item"`
	Complete     bool     `json:"complete,omitempty" doc:"The last dose of the course"`
	Products     []string `json:"products,omitempty"`
	FullDays     int      `json:"full_days,omitempty" doc:"So many full days before departure"`
	MaxDays      int      `json:"max_days,omitempty" doc:"At most so many days before departure"`
	Paper        string   `json:"paper,omitempty" doc:"What paper it is"`
}

// MissionList lists missions.
type MissionList struct {
	Missions []MissionBody `json:"missions"`
}

func (s *Server) missions(*call, *none) (MissionList, error) {
	list := MissionList{Missions: []MissionBody{}}
	for _, m := range s.Boarding.Rules().Missions {
		list.Missions = append(list.Missions, s.missionBody(&m, false))
	}
	return list, nil
}

type missionInput struct {
	Mission string `path:"mission" maxLength:"40" example:"frankfurt"`
}

func (s *Server) missionNotices(_ *call, in *missionInput) (MissionBody, error) {
	m, ok := s.Boarding.Rules().Mission(in.Mission)
	if !ok {
		return MissionBody{}, healthcode.Errorf(healthcode.CodeNotFound, "mission", "没有这个使领馆，请看 /v1/boarding/missions。", "There is no such mission; see /v1/boarding/missions.")
	}
	return s.missionBody(m, true), nil
}

// missionBody is a mission with its notices, and their sets where sets is true.
func (s *Server) missionBody(m *boarding.Mission, sets bool) MissionBody {
	b := MissionBody{ID: m.ID, Kind: m.Kind, Name: m.Name, Country: m.Country, Serves: []MissionServed{}, Contact: MissionContact(m.Contact), Notices: []MissionNotice{}}
	for _, served := range m.Serves {
		b.Serves = append(b.Serves, MissionServed(served))
	}
	for _, n := range s.Boarding.Rules().Notices {
		if n.Mission != m.ID {
			continue
		}
		notice := MissionNotice{ID: n.ID, From: n.From.String(), Example: n.Example, Title: n.Title, Text: n.Text}
		if !n.Until.IsZero() {
			notice.Until = n.Until.String()
		}
		for _, set := range n.Sets {
			if sets {
				notice.Sets = append(notice.Sets, missionRequirement(set))
			}
		}
		b.Notices = append(b.Notices, notice)
	}
	return b
}

func missionRequirement(set boarding.Set) MissionRequirement {
	r := MissionRequirement{ID: set.ID, Origins: set.Origins, Transit: []string{}, Classes: set.Classes, Hours: set.Statement.Hours, Exempt: set.Exempt, Items: []MissionItem{}}
	switch {
	case set.Transit.Any:
		r.Transit = []string{"*"}
	case !set.Transit.None:
		r.Transit = set.Transit.Countries
	}
	for _, item := range set.Items {
		b := MissionItem{ID: item.ID, Title: item.Title, Any: []MissionOption{}}
		for _, o := range item.Any {
			b.Any = append(b.Any, MissionOption(o))
		}
		r.Items = append(r.Items, b)
	}
	return r
}
