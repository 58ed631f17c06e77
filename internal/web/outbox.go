package web

import (
	"net/http"

	"healthcode/internal/identity"
)

// outboxRoutes are there in the demo alone: they show what would be sent to phones.
func (s *Server) outboxRoutes() []Route {
	if s.Outbox == nil {
		return nil
	}
	return []Route{{Method: http.MethodGet, Pattern: "/demo/outbox", Handler: outboxPage}}
}

func outboxPage(c *call) error {
	messages, err := c.server.Outbox.Messages(c.ctx, 50)
	if err != nil {
		return err
	}
	return c.page(http.StatusOK, outboxView(c.view(), messages))
}

func maskedPhone(number string) string { return identity.Phone(number).Masked() }
