package web

import (
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/board"
)

// The public reads the board; a withdrawn notice stays there as withdrawn.
func TestBoardPages(t *testing.T) {
	s := newSite(t)
	officer := healthcode.Actor{Role: healthcode.RoleAuthority, Staff: "a", Jurisdiction: "beijing"}
	text := healthcode.Text{ZH: "检测点调整", EN: "Test sites have moved"}
	b, err := s.server.Board.Publish(t.Context(), officer, board.Draft{Title: text, Body: text})
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Join(board.Columns, ",") + "\n"
	if _, lines, err := s.server.Board.ReplaceSites(t.Context(), officer, []byte(head+"a,110105,朝阳医院,Chaoyang Hospital,工体南路8号,8 Gongti South Road,00:00-24:00,12320\n")); err != nil || len(lines) > 0 {
		t.Fatal(lines, err)
	}
	anybody := s.browser()
	page := anybody.get("/in/beijing/board", 200)
	for _, want := range []string{in("zh", text), "朝阳医院", "弹窗4"} {
		if !strings.Contains(page.text("main"), want) {
			t.Errorf("the board lacks %q", want)
		}
	}
	if err := s.server.Board.Withdraw(t.Context(), officer, b.ID, healthcode.Text{ZH: "写错了", EN: "A mistake"}); err != nil {
		t.Fatal(err)
	}
	if got := anybody.get("/in/beijing/board", 200).text("[data-bulletin=withdrawn]"); !strings.Contains(got, "写错了") || !strings.Contains(got, text.ZH) {
		t.Errorf("withdrawn: %q", got)
	}
}
