package sms

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/smpp"
)

// SMPPConfig is how an SMSC is reached.
type SMPPConfig struct {
	smpp.Config
	// Name tells this SMSC's ids from those of another; default "smpp". Messages
	// on their way lose their receipts when it changes.
	Name string
	// Source is what the phone shows: a short code, a name or an international number.
	Source string
	// DecimalReceipts is for an SMSC that names a message in hexadecimal when it takes it, and
	// in decimal in the receipt.
	DecimalReceipts bool
	Clock           healthcode.Clock
}

// SMPP sends through an SMSC.
type SMPP struct {
	cfg    SMPPConfig
	source smpp.Address
	client *smpp.Client
	events Events // set by Run, before the client runs
}

// NewSMPP checks the settings. Nothing is connected before [SMPP.Run].
func NewSMPP(cfg SMPPConfig) (*SMPP, error) {
	if cfg.Name == "" {
		cfg.Name = "smpp"
	}
	switch {
	case cfg.Clock == nil:
		return nil, errors.New("SMPP settings: clock: there is none")
	case cfg.Mode == smpp.Receiver:
		return nil, errors.New("SMPP settings: mode: a receiver can't send; want transceiver or transmitter")
	}
	source, err := smpp.ParseAddress(cfg.Source)
	if err != nil {
		return nil, fmt.Errorf("SMPP settings: source: %w", err)
	}
	s := &SMPP{cfg: cfg, source: source}
	s.client, err = smpp.New(cfg.Config, smpp.Handler{Receipt: s.receipt, Incoming: s.incoming, Late: s.late})
	return s, err
}

// Run keeps the session.
func (s *SMPP) Run(ctx context.Context, events Events) {
	s.events = events
	s.client.Run(ctx)
}

// Ready waits for a session.
func (s *SMPP) Ready(ctx context.Context) error { return s.client.Ready(ctx) }

// Err says why there is no session; nil while there is one.
func (s *SMPP) Err() error { return s.client.Err() }

// Parts is how many short messages the text takes.
func (s *SMPP) Parts(m healthcode.Message) (int, error) {
	if _, err := phone(m); err != nil {
		return 0, err
	}
	parts, err := split(m)
	return len(parts), err
}

func phone(m healthcode.Message) (smpp.Address, error) {
	address, err := smpp.ParseAddress(m.Phone)
	if err != nil || !strings.HasPrefix(m.Phone, "+") {
		return address, &Refusal{Verdict: Never, Reason: "bad-number"}
	}
	return address, nil
}

// split makes the same parts each time, so that a text begun before a crash
// is finished, and not begun anew.
func split(m healthcode.Message) ([]smpp.Part, error) {
	hash := fnv.New32a()
	hash.Write([]byte(m.ID))
	parts, err := smpp.Split(m.Body, byte(hash.Sum32()))
	if err != nil {
		return nil, &Refusal{Verdict: Never, Reason: "too-long"}
	}
	return parts, nil
}

const (
	wantReceipt = 1    // registered_delivery: tell of success and failure
	hasHeader   = 0x40 // esm_class: the text begins with a user data header
)

// Submit sends one submit_sm.
func (s *SMPP) Submit(ctx context.Context, m healthcode.Message, part int) (string, error) {
	dest, err := phone(m)
	if err != nil {
		return "", err
	}
	parts, err := split(m)
	if err != nil {
		return "", err
	}
	short := &smpp.Short{Source: s.source, Dest: dest, Registered: wantReceipt, Coding: parts[part].Coding, Text: parts[part].Octets,
		Validity: validity(m.Expires, s.cfg.Clock.Now())}
	if parts[part].UDH {
		short.Class = hasHeader
	}
	id, err := s.client.Submit(ctx, strconv.Itoa(part)+":"+m.ID, short)
	if err == nil && id == "" {
		// Without an id no receipt can be told from another.
		id = "none/" + m.ID + "/" + strconv.Itoa(part)
	}
	return s.ref(id), verdict(err)
}

// ref is the name of a part among those of every gateway.
func (s *SMPP) ref(id string) string {
	if n, err := strconv.ParseUint(id, 16, 64); err == nil && s.cfg.DecimalReceipts {
		id = strconv.FormatUint(n, 10)
	}
	return s.cfg.Name + ":" + id
}

// validity is when the SMSC should stop trying, as a relative time (section
// 7.1.1.2 of the specification); "" leaves it to the SMSC.
func validity(expires, now time.Time) string {
	if expires.IsZero() {
		return ""
	}
	left := min(max(expires.Sub(now), time.Second), 30*24*time.Hour)
	h, m, sec := int(left.Hours()), int(left.Minutes()), int(left.Seconds())
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", h/24, h%24, m%60, sec%60)
}

// verdict turns the client's error into a [Refusal], unless the SMSC may have taken the message.
func verdict(err error) error {
	var status *smpp.StatusError
	switch {
	case err == nil, errors.Is(err, smpp.ErrNoAnswer):
		return err
	case errors.Is(err, smpp.ErrNotSent):
		return &Refusal{Verdict: Busy, Reason: "not-connected", Err: err}
	case !errors.As(err, &status):
		return &Refusal{Verdict: Never, Reason: "unsendable", Err: err}
	}
	return &Refusal{Verdict: verdicts[status.Status], Reason: status.Status.String()}
}

// verdicts holds what isn't Later.
var verdicts = map[smpp.Status]Verdict{
	smpp.StatusThrottled: Busy, smpp.StatusQueueFull: Busy,
	// The settings are wrong, not the message: it waits until somebody has mended them.
	smpp.StatusInvalidBind: Busy, smpp.StatusInvalidSource: Busy, 0x48: Busy, 0x49: Busy, 0x15: Busy, 0x53: Busy,
	// The number, the text or its form.
	smpp.StatusInvalidMsgLen: Never, smpp.StatusInvalidCmdLen: Never, smpp.StatusInvalidDest: Never, 0x50: Never, 0x51: Never,
	0x43: Never, 0x62: Never, 0x65: Never, 0x66: Never, 0xC0: Never, 0xC1: Never, 0xC2: Never, 0xC3: Never, 0xC4: Never,
}

func (s *SMPP) late(ctx context.Context, tag, id string, answer error) {
	number, message, _ := strings.Cut(tag, ":")
	part, err := strconv.Atoi(number)
	if err != nil {
		return // no tag of Submit's
	}
	s.events.Late(ctx, message, part, s.ref(id), verdict(answer))
}

// receipt keeps what is final: a message on its way is still on its way.
func (s *SMPP) receipt(ctx context.Context, r smpp.Receipt) error {
	receipt := healthcode.MessageReceipt{Ref: s.cfg.Name + ":" + r.ID}
	switch r.State {
	case smpp.Delivered:
		receipt.State = healthcode.MessageDelivered
	case smpp.Expired, smpp.Deleted, smpp.Undeliverable, smpp.Rejected:
		receipt.State = healthcode.MessageFailed
		receipt.Reason = strings.TrimSpace(r.State.String() + " " + r.Error)
	default:
		return nil
	}
	return s.events.Receipt(ctx, receipt)
}

func (s *SMPP) incoming(ctx context.Context, m smpp.Incoming) error {
	if s.events.Incoming == nil {
		return nil // taken and forgotten: the SMSC would only send it again
	}
	return s.events.Incoming(ctx, Incoming{From: m.From.E164(), To: m.To.E164(), Text: m.Text, Part: m.Part, Parts: m.Parts})
}
