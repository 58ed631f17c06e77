package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// keptLife is how long a form that is filled in over several pages is kept.
const keptLife = time.Hour

// kept is a half-finished form in a cookie. It is sealed, so that nothing of
// it stands readable on the phone, and nothing of it is stored here.
type kept struct {
	Until time.Time
	Value json.RawMessage
}

// keep puts a value into a sealed cookie.
func (c *call) keep(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	plain, err := json.Marshal(kept{c.now.Add(keptLife), data})
	if err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	sealed, err := c.server.Sealer.Seal(plain, []byte("web."+name))
	if err != nil {
		return fmt.Errorf("keeping %s: %w", name, err)
	}
	http.SetCookie(c.w, c.server.cookie(name, base64.RawURLEncoding.EncodeToString(sealed), keptLife))
	return nil
}

// take reads what keep kept; ok is false where there is nothing, or it is too old.
func (c *call) take(name string, value any) (ok bool) {
	cookie, err := c.r.Cookie(name)
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return false
	}
	plain, err := c.server.Sealer.Open(sealed, []byte("web."+name))
	if err != nil {
		return false
	}
	var k kept
	return json.Unmarshal(plain, &k) == nil && c.now.Before(k.Until) && json.Unmarshal(k.Value, value) == nil
}

// drop forgets what keep kept.
func (c *call) drop(name string) {
	cookie := c.server.cookie(name, "", 0)
	cookie.MaxAge = -1
	http.SetCookie(c.w, cookie)
}
