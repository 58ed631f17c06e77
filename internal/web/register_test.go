package web

import (
	"strings"
	"testing"
)

func TestFromRegisteringToTheCode(t *testing.T) {
	for _, place := range []string{"beijing", "tianjin", "ningbo"} {
		t.Run(place, func(t *testing.T) {
			s := newSite(t)
			s.now = s.now.AddDate(0, 0, 0)
			for _, who := range []someone{zhang, anna} {
				p := s.register(place, who).get("/in/"+place+"/code", 200)
				if p.text(".badge-name") == "" || len(p.all(".pass svg")) != 1 {
					t.Errorf("the code of %s has no state in words or no drawing:\n%s", who.name, p.text("main"))
				}
				if strings.Contains(p.text("main"), who.name) {
					t.Errorf("the whole name of %s stands on a screen that others see", who.name)
				}
			}
		})
	}
}
