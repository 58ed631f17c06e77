package web

import (
	"log/slog"

	"healthcode"
	"healthcode/internal/assist"
	"healthcode/internal/board"
	"healthcode/internal/notice"
	"healthcode/internal/status"
)

// help gives the site its services of notices, of the board and of the assisted query.
func (s *site) help(sealer healthcode.Sealer, st *status.Service, clock healthcode.Clock) {
	s.t.Helper()
	s.server.Notices = notice.New(s.store, st, sealer, clock, slog.New(slog.DiscardHandler), nil)
	s.server.Board = board.New(s.store, st, clock)
	var err error
	if s.server.Assist, err = assist.New(s.store, st, sealer, clock); err != nil {
		s.t.Fatal(err)
	}
}
