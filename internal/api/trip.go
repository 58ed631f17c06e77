package api

import (
	"net/http"

	"healthcode"
)

func (s *Server) tripRoutes() []Route {
	mine := forRoles(residents)
	return []Route{
		handle(http.MethodGet, "/v1/me/trip", "get-trip", "How far the trip verification has come", s.trip, mine,
			about("All phones answer in this order, one after another, within 24 hours and on any device.")),
		do(http.MethodPost, "/v1/me/trip/code", "ask-trip-phone", "Send a one-time code to a phone", s.askTripPhone, mine),
		handle(http.MethodPost, "/v1/me/trip/phone", "verify-trip-phone", "Answer with the code that the phone received", s.verifyTripPhone, mine),
	}
}

type tripInput struct {
	Jurisdiction string `query:"jurisdiction" maxLength:"16" required:"true" example:"beijing"`
}

type tripPhoneInput struct {
	Body struct {
		Jurisdiction string              `json:"jurisdiction" maxLength:"16" example:"beijing"`
		Phone        string              `json:"phone" maxLength:"64" doc:"The phone's id"`
		Language     healthcode.Language `json:"language,omitempty" enum:"zh,en"`
		Code         string              `json:"code,omitempty" maxLength:"40"`
	}
}

// TripProgress is how far a trip verification has come.
type TripProgress struct {
	Wanted bool        `json:"wanted" doc:"A policy in which the person is enrolled wants trips verified"`
	Next   string      `json:"next,omitempty" doc:"The id of the phone whose turn it is; absent when all have answered"`
	Phones []TripPhone `json:"phones" doc:"In the order in which they answer"`
}

// TripPhone is one phone.
type TripPhone struct {
	ID       string `json:"id"`
	Number   string `json:"number" doc:"Masked"`
	Verified bool   `json:"verified"`
	Unbound  bool   `json:"unbound" doc:"It is unbound, and still has to be declared"`
	DaysLeft int    `json:"days_left,omitempty" doc:"Until an unbound one is deleted"`
}

func (s *Server) trip(c *call, in *tripInput) (TripProgress, error) {
	trip, err := s.Residents.Trip(c.ctx, c.actor, in.Jurisdiction)
	p := TripProgress{Wanted: trip.Wanted, Phones: []TripPhone{}}
	if err == nil && trip.Next >= 0 {
		p.Next = trip.Phones[trip.Next].ID
	}
	for _, t := range trip.Phones {
		p.Phones = append(p.Phones, TripPhone{t.ID, masked(t.Number), t.Verified, !t.Unbound.IsZero(), t.DaysLeft})
	}
	return p, err
}

func (s *Server) askTripPhone(c *call, in *tripPhoneInput) error {
	return s.Residents.AskPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Phone, in.Body.Language, c.caller())
}

func (s *Server) verifyTripPhone(c *call, in *tripPhoneInput) (TripProgress, error) {
	err := s.Residents.VerifyTripPhone(c.ctx, c.actor, in.Body.Jurisdiction, in.Body.Phone, in.Body.Code, c.caller())
	if err != nil {
		return TripProgress{}, err
	}
	return s.trip(c, &tripInput{in.Body.Jurisdiction})
}
