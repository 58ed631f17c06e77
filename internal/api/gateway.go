package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"healthcode"
)

// Gateway takes what the gateway of short messages calls us with. It checks the signature of each call.
type Gateway interface {
	Receipt(ctx context.Context, timestamp, signature string, body []byte) error
	Message(ctx context.Context, timestamp, signature string, body []byte) error
}

func (s *Server) gatewayRoutes() []Route {
	object := func(text string) map[string]*huma.Schema {
		return map[string]*huma.Schema{"application/json": {Type: huma.TypeObject, Description: text}}
	}
	const signed = "Only the gateway that the operator has set calls this: Healthcode-Timestamp is when, in seconds since 1970, within five minutes; " +
		"Healthcode-Signature is sha256= and the hexadecimal HMAC-SHA-256, under the shared secret, of timestamp, dot and body. The same call may come again."
	return []Route{
		do(http.MethodPost, "/v1/sms/receipts", "receive-receipt", "The gateway says what became of a short message", s.smsReceipt, public, about(signed),
			reads(object(`{"ref":"…","state":"delivered" or "failed","reason":"…"}`))),
		do(http.MethodPost, "/v1/sms/incoming", "receive-message", "The gateway brings a short message from a phone, such as a keyword", s.smsIncoming, public, about(signed),
			reads(object(`{"from":"+8613800138000","to":"10690123","text":"JKM"}`))),
	}
}

type signedInput struct {
	Timestamp string `header:"Healthcode-Timestamp" maxLength:"20"`
	Signature string `header:"Healthcode-Signature" maxLength:"100"`
}

func (s *Server) smsReceipt(c *call, in *signedInput) error {
	if s.Gateway == nil {
		return noGateway()
	}
	body, err := c.read("application/json")
	if err != nil {
		return err
	}
	return s.Gateway.Receipt(c.ctx, in.Timestamp, in.Signature, body)
}

func (s *Server) smsIncoming(c *call, in *signedInput) error {
	if s.Gateway == nil {
		return noGateway()
	}
	body, err := c.read("application/json")
	if err != nil {
		return err
	}
	return s.Gateway.Message(c.ctx, in.Timestamp, in.Signature, body)
}

func noGateway() error {
	return healthcode.Errorf(healthcode.CodeNotFound, "", "没有设置短信网关回调。", "No gateway that calls here is set.")
}
