package web

import "net/http"

// commonRoutes are those that belong to no part of the pages.
func (s *Server) commonRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/static/{file}", Handler: staticFile},
		{Method: http.MethodPost, Pattern: "/language", Handler: setLanguage},
	}
}
