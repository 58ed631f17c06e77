package sms

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"healthcode"
)

// signedLife is how far the time of a signed call may be from ours.
const signedLife = 5 * time.Minute

// Inbound takes what an HTTP gateway calls us with: receipts, and messages from phones. Each call is signed as ours are
// ([Webhook]): Healthcode-Timestamp, and Healthcode-Signature over timestamp, ".", and body under the same secret.
type Inbound struct {
	Secret  []byte
	Clock   healthcode.Clock
	Receive func(context.Context, healthcode.MessageReceipt) error
	// Incoming takes messages from phones; nil takes and forgets them.
	Incoming func(context.Context, Incoming) error
}

// Receipt takes {"ref":"…","state":"delivered" or "failed","reason":"…"}, where ref is the name that the gateway gave the
// message, or its id where it gave none. The same receipt may come again. CodeDenied: the signature isn't right or too old; CodeInvalid names the field.
func (i *Inbound) Receipt(ctx context.Context, timestamp, signature string, body []byte) error {
	var r struct {
		Ref    string                  `json:"ref"`
		State  healthcode.MessageState `json:"state"`
		Reason string                  `json:"reason"`
	}
	if err := i.open(timestamp, signature, body, &r); err != nil {
		return err
	}
	switch {
	case r.Ref == "" || len(r.Ref) > 100:
		return wrong("ref", "The name that was given to the message, of up to 100 characters.")
	case r.State != healthcode.MessageDelivered && r.State != healthcode.MessageFailed:
		return wrong("state", "Want delivered or failed.")
	case len(r.Reason) > 40:
		return wrong("reason", "At most 40 characters: a short code, never a number or a text.")
	}
	return i.Receive(ctx, healthcode.MessageReceipt{Ref: "webhook:" + r.Ref, State: r.State, Reason: r.Reason})
}

// Message takes {"from":"+8613800138000","to":"10690123","text":"JKM"}: the whole text of one message from a phone.
func (i *Inbound) Message(ctx context.Context, timestamp, signature string, body []byte) error {
	var m struct {
		From string `json:"from"`
		To   string `json:"to"`
		Text string `json:"text"`
	}
	if err := i.open(timestamp, signature, body, &m); err != nil {
		return err
	}
	if m.From == "" || len(m.From) > 40 {
		return wrong("from", "The number of the phone, such as +8613800138000.")
	}
	if i.Incoming == nil {
		return nil
	}
	return i.Incoming(ctx, Incoming{From: m.From, To: m.To, Text: m.Text, Part: 1, Parts: 1})
}

// open checks the signature before anything of the body is looked at.
func (i *Inbound) open(timestamp, signature string, body []byte, into any) error {
	mac := hmac.New(sha256.New, i.Secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	want := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || !hmac.Equal([]byte(want), []byte(signature)) || i.Clock.Now().Sub(time.Unix(seconds, 0)).Abs() > signedLife {
		return healthcode.Errorf(healthcode.CodeDenied, "Healthcode-Signature", "签名不对或已过期。请用约定的密钥对时间戳、点号和正文签名。",
			"The signature is wrong or too old. Sign timestamp, dot and body with the shared secret, within five minutes.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(into); err != nil {
		return wrong("body", "Send one JSON object as the documentation shows.")
	}
	return nil
}

func wrong(field, en string) error {
	return healthcode.Errorf(healthcode.CodeInvalid, field, "请按接口文档填写这一项。", "%s", en)
}
