package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
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

// WebhookConfig is how an HTTP gateway is reached.
type WebhookConfig struct {
	URL     string        // https; http only to this machine
	Secret  []byte        // at least 16 octets; signs each request
	Timeout time.Duration // of a request; default 10 s
	Client  *http.Client  // default: one that follows no redirection
	Clock   healthcode.Clock
}

// Webhook sends each message as a POST of JSON:
//
//	{"id":"…","phone":"+8613800138000","body":"…","at":"2022-04-25T09:00:00+08:00","expires":"…"}
//
// (expires only where there is an end) with the headers
//
//	Idempotency-Key: the id; a request that comes again has the same, and must send no second message
//	Healthcode-Timestamp: when it was signed, in seconds since 1970
//	Healthcode-Signature: sha256= and the hexadecimal HMAC-SHA-256, under the secret, of timestamp, ".", and body
//
// Any status from 200 to 299 takes the message; the answer may be {"ref":"…"}, the name under
// which receipts come. 400, 413 and 422 refuse it for good; anything else for now.
type Webhook struct {
	cfg WebhookConfig
}

// NewWebhook checks the settings.
func NewWebhook(cfg WebhookConfig) (*Webhook, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, errors.New("webhook settings: URL: want https://…")
	case len(cfg.Secret) < 16:
		return nil, errors.New("webhook settings: secret: want at least 16 octets")
	case cfg.Clock == nil:
		return nil, errors.New("webhook settings: clock: there is none")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Client == nil {
		// A redirection would hand numbers and texts to somebody else.
		cfg.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Webhook{cfg: cfg}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Run waits for the end: each request has a connection of its own choice.
func (w *Webhook) Run(ctx context.Context, _ Events) {
	<-ctx.Done()
	w.cfg.Client.CloseIdleConnections()
}

// Ready never waits.
func (w *Webhook) Ready(ctx context.Context) error { return ctx.Err() }

// Parts is always 1: the gateway splits.
func (w *Webhook) Parts(healthcode.Message) (int, error) { return 1, nil }

// Submit posts a message. Since the gateway knows a repetition by its key, one
// without an answer is simply refused for now.
func (w *Webhook) Submit(ctx context.Context, m healthcode.Message, _ int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	request, err := w.request(ctx, m)
	if err != nil {
		return "", &Refusal{Verdict: Never, Reason: "unsendable", Err: err}
	}
	response, err := w.cfg.Client.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which may hold a key
		}
		return "", &Refusal{Verdict: Busy, Reason: "no-answer", Err: err}
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	reason := "http-" + strconv.Itoa(response.StatusCode)
	switch status := response.StatusCode; {
	case status >= 200 && status <= 299:
		return "webhook:" + name(answer, m.ID), nil
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return "", &Refusal{Verdict: Never, Reason: reason}
	case status >= 500 && status != http.StatusBadGateway && status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout:
		return "", &Refusal{Verdict: Later, Reason: reason} // perhaps only this message
	}
	return "", &Refusal{Verdict: Busy, Reason: reason}
}

func (w *Webhook) request(ctx context.Context, m healthcode.Message) (*http.Request, error) {
	body, err := json.Marshal(struct {
		ID      string    `json:"id"`
		Phone   string    `json:"phone"`
		Body    string    `json:"body"`
		At      time.Time `json:"at"`
		Expires time.Time `json:"expires,omitzero"`
	}{m.ID, m.Phone, m.Body, m.At, m.Expires})
	if err != nil {
		return nil, fmt.Errorf("writing a message: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(w.cfg.Clock.Now().Unix(), 10)
	mac := hmac.New(sha256.New, w.cfg.Secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	for name, value := range map[string]string{"Content-Type": "application/json", "Idempotency-Key": m.ID,
		"Healthcode-Timestamp": timestamp, "Healthcode-Signature": "sha256=" + hex.EncodeToString(mac.Sum(nil))} {
		request.Header.Set(name, value)
	}
	return request, nil
}

// name is the gateway's name for the message; its id where the gateway gives none of up to 100 characters.
func name(answer []byte, id string) string {
	var a struct {
		Ref string `json:"ref"`
	}
	if json.Unmarshal(answer, &a) != nil || a.Ref == "" || len(a.Ref) > 100 {
		return id
	}
	return a.Ref
}
