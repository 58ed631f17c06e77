package notice

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"healthcode"
)

// Hook is a jurisdiction's own way to reach people, such as the service account of a messenger: each notice of a person who
// wants it so is a POST of JSON:
//
//	{"id":"…","subject":"…","jurisdiction":"beijing","kind":"changed","at":"…","effective":"…","until":"…",
//	 "state":"held","holds":["4"],"worse":true,"title":{"zh":"…","en":"…"},"body":{"zh":"…","en":"…"}}
//
// Subject names the person to this receiver alone; people read theirs in their account, and give it to the receiver themselves. The
// headers are those of the webhook for short messages: Idempotency-Key, Healthcode-Timestamp, and Healthcode-Signature: sha256= and the
// hexadecimal HMAC-SHA-256, under the secret, of timestamp, ".", and body. Any status from 200 to 299 takes the
// notice; anything else has it sent again, ever more seldom, for a day.
type Hook struct {
	URL    string
	Secret []byte
	Client *http.Client // default: one that follows no redirection
}

const (
	hookTimeout = 10 * time.Second
	hookFirst   = 5 * time.Second // until the second try; doubled each time
	hookMost    = time.Hour
	hookGiveUp  = 24 * time.Hour
	hookSecret  = 16 // octets at least
)

// NewHook checks the settings.
func NewHook(address string, secret []byte) (*Hook, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, errors.New("webhook for notices: url: want https://…")
	case len(secret) < hookSecret:
		return nil, errors.New("webhook for notices: secret: want at least 16 octets")
	}
	// A redirection would hand the notice to somebody else.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Hook{URL: address, Secret: secret, Client: client}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// subject names a person to a jurisdiction's webhook.
func (s *Service) subject(person healthcode.PersonID, jurisdiction string) (string, error) {
	hash, err := s.sealer.Lookup("notice.webhook."+jurisdiction, person.String())
	return base64.RawURLEncoding.EncodeToString(hash), err
}

// push calls webhooks until ctx ends.
func (s *Service) push(ctx context.Context, every time.Duration) {
	for len(s.hooks) > 0 && ctx.Err() == nil {
		n, err := s.Push(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "notices: webhook; tried again", "error", err)
		}
		if n == 0 || err != nil {
			wait(ctx, every)
		}
	}
}

// Push calls the webhooks for the notices that are due, and returns how many it tried.
func (s *Service) Push(ctx context.Context) (int, error) {
	now := s.clock.Now()
	due, err := s.store.ClaimPushes(ctx, now, now.Add(lease), batch)
	if err != nil {
		return 0, fmt.Errorf("claiming notices: %w", err)
	}
	var tasks []func() error
	for _, n := range due {
		tasks = append(tasks, func() error { return s.pushOne(ctx, n) })
	}
	return len(due), together(tasks)
}

func (s *Service) pushOne(ctx context.Context, n healthcode.Notice) error {
	hook := s.hooks[n.Jurisdiction]
	if hook == nil {
		return s.store.PutPush(ctx, n.Person, n.ID, time.Time{}, n.Tries)
	}
	subject, err := s.subject(n.Person, n.Jurisdiction)
	if err != nil {
		return err
	}
	err = hook.post(ctx, n, subject, s.clock.Now())
	if ctx.Err() != nil {
		return nil // it is tried again when the claim ends
	}
	n.Tries++
	now := s.clock.Now()
	var next time.Time
	if err != nil {
		if now.Sub(n.At) < hookGiveUp {
			next = now.Add(min(hookFirst<<min(n.Tries-1, 10), hookMost))
		}
		s.log.WarnContext(ctx, "a webhook didn't take a notice", "jurisdiction", n.Jurisdiction, "notice", n.ID, "tries", n.Tries, "again", next, "error", err)
	}
	return s.store.PutPush(ctx, n.Person, n.ID, next, n.Tries)
}

func (h *Hook) post(ctx context.Context, n healthcode.Notice, subject string, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	body, err := json.Marshal(struct {
		ID           string                `json:"id"`
		Subject      string                `json:"subject"`
		Jurisdiction string                `json:"jurisdiction"`
		Kind         healthcode.NoticeKind `json:"kind"`
		At           time.Time             `json:"at"`
		Effective    time.Time             `json:"effective"`
		Until        time.Time             `json:"until,omitzero"`
		State        string                `json:"state"`
		Holds        []string              `json:"holds,omitempty"`
		Worse        bool                  `json:"worse"`
		Title        healthcode.Text       `json:"title"`
		Body         healthcode.Text       `json:"body"`
	}{n.ID, subject, n.Jurisdiction, n.Kind, n.At, n.Effective, n.Until, n.State, n.Holds, n.Worse, n.Title, n.Body})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, h.Secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	for name, value := range map[string]string{"Content-Type": "application/json", "Idempotency-Key": n.ID,
		"Healthcode-Timestamp": timestamp, "Healthcode-Signature": "sha256=" + hex.EncodeToString(mac.Sum(nil))} {
		request.Header.Set(name, value)
	}
	response, err := h.Client.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which may hold a key
		}
		return err
	}
	defer response.Body.Close()
	io.Copy(io.Discard, io.LimitReader(response.Body, 4<<10))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the webhook answered %d", response.StatusCode)
	}
	return nil
}
