package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"healthcode"
	"healthcode/internal/smpp"
	"healthcode/internal/sms"
)

// smsSettings say how short messages reach phones. Secrets stand in files, not in the configuration.
type smsSettings struct {
	Gateway   string  `yaml:"gateway"`    // smpp, webhook or outbox; "" sends nothing
	PerSecond float64 `yaml:"per_second"` // submissions that the gateway allows; 0 = no limit
	// Keywords are the texts by which a phone asks for its status, by jurisdiction; where there are none, those of package reply.
	Keywords map[string][]string `yaml:"keywords"`
	SMPP     struct {
		Address         string `yaml:"address"` // host:port
		TLS             bool   `yaml:"tls"`
		Mode            string `yaml:"mode"` // transceiver, transmitter
		SystemID        string `yaml:"system_id"`
		PasswordFile    string `yaml:"password_file"`
		SystemType      string `yaml:"system_type"`
		Source          string `yaml:"source"` // what phones show: a short code, a name or a number
		Window          int    `yaml:"window"`
		DecimalReceipts bool   `yaml:"decimal_receipts"`
	} `yaml:"smpp"`
	Webhook struct {
		URL        string `yaml:"url"`
		SecretFile string `yaml:"secret_file"`
	} `yaml:"webhook"`
}

// noGateway is said wherever the service starts without a way to send messages.
const noGateway = "no gateway for short messages is set, so one-time codes can't be sent and nobody can register or sign in: " +
	"set sms.gateway to smpp or webhook (docs/operations.md), or to outbox for a trial"

// gateway returns which gateway is used: the page that shows messages needs no other.
func (s *settings) gateway() string {
	if s.SMS.Gateway == "" && s.Outbox {
		return "outbox"
	}
	return s.SMS.Gateway
}

// newQueue returns the queue that sends short messages, or nil where there is no gateway.
func newQueue(s *settings, store healthcode.Messages, clock healthcode.Clock, log *slog.Logger, incoming func(context.Context, sms.Incoming) error) (*sms.Queue, error) {
	sender, err := s.sender(clock, log)
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	if sender == nil {
		log.Warn("short messages", "warning", noGateway)
		return nil, nil
	}
	queue, err := sms.NewQueue(store, sender, sms.Config{PerSecond: s.SMS.PerSecond, Clock: clock, Log: log, Incoming: incoming})
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	return queue, nil
}

func (s *settings) sender(clock healthcode.Clock, log *slog.Logger) (sms.Sender, error) {
	switch c := s.SMS; s.gateway() {
	case "":
		return nil, nil
	case "outbox":
		return sms.Outbox{}, nil
	case "smpp":
		password, err := secretFile("smpp.password_file", c.SMPP.PasswordFile)
		if err != nil {
			return nil, err
		}
		config := sms.SMPPConfig{Source: c.SMPP.Source, DecimalReceipts: c.SMPP.DecimalReceipts, Clock: clock, Config: smpp.Config{
			Address: c.SMPP.Address, Mode: smpp.Mode(c.SMPP.Mode), SystemID: c.SMPP.SystemID, Password: string(password),
			SystemType: c.SMPP.SystemType, Window: c.SMPP.Window, Log: log}}
		if c.SMPP.TLS {
			host, _, err := net.SplitHostPort(c.SMPP.Address)
			if err != nil {
				return nil, fmt.Errorf("smpp.address: %w; want host:port", err)
			}
			config.TLS = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
		}
		return sms.NewSMPP(config)
	case "webhook":
		secret, err := secretFile("webhook.secret_file", c.Webhook.SecretFile)
		if err != nil {
			return nil, err
		}
		return sms.NewWebhook(sms.WebhookConfig{URL: c.Webhook.URL, Secret: secret, Clock: clock})
	default:
		return nil, fmt.Errorf("gateway: %q; want smpp, webhook or outbox", c.Gateway)
	}
}

func secretFile(setting, path string) ([]byte, error) {
	if path == "" {
		return nil, errors.New(setting + ": name the file that holds it")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return bytes.TrimSpace(data), nil
}
