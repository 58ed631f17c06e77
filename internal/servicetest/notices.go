package servicetest

import (
	"log/slog"

	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/notice"
)

// NewNotices returns the services of notices, of the public board and of the assisted query.
func (h *House) NewNotices() (*notice.Service, *board.Service, *assist.Service) {
	h.Helper()
	helpers, err := assist.New(h.Store, h.Status, h.Vault, h.Clock)
	h.Must(err)
	return notice.New(h.Store, h.Status, h.Vault, h.Clock, slog.New(slog.DiscardHandler), nil), board.New(h.Store, h.Status, h.Clock), helpers
}
