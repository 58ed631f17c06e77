package sms

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"healthcode"
	"healthcode/internal/smpp"
)

// BenchmarkSend measures messages from the outbox to "sent", the store's commits among it.
func BenchmarkSend(b *testing.B) {
	for _, concurrency := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("SMSC/concurrency=%d", concurrency), func(b *testing.B) {
			s := startSMSC(b)
			cfg := quickSMPP(s.port, slog.New(slog.DiscardHandler))
			cfg.Window = concurrency
			sender, err := NewSMPP(cfg)
			if err != nil {
				b.Fatal(err)
			}
			benchmarkSend(b, sender, concurrency)
		})
	}
	b.Run("outbox/concurrency=64", func(b *testing.B) { benchmarkSend(b, Outbox{}, 64) })
}

func benchmarkSend(b *testing.B, sender Sender, concurrency int) {
	store := newStore(b)
	ctx, cancel := context.WithCancel(b.Context())
	var putting sync.WaitGroup
	for w := range 16 {
		putting.Go(func() {
			for i := w; i < b.N; i += 16 {
				m := healthcode.Message{ID: fmt.Sprint(i), Phone: "+8613800130000", Body: "【北京健康宝】验证码 123456，5 分钟内有效。", At: time.Now()}
				if err := store.PutMessage(ctx, m); err != nil {
					b.Error(err)
				}
			}
		})
	}
	putting.Wait()
	cfg := quick(slog.New(slog.DiscardHandler))
	cfg.Concurrency, cfg.Lease = concurrency, time.Minute
	queue, err := NewQueue(store, sender, cfg)
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	b.ResetTimer()
	running.Go(func() { queue.Run(ctx) })
	for queue.Stats().Taken < int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	running.Wait()
}

// BenchmarkSubmit measures the client alone.
func BenchmarkSubmit(b *testing.B) {
	s := startSMSC(b)
	cfg := quickSMPP(s.port, slog.New(slog.DiscardHandler)).Config
	cfg.Window = 64
	client, err := smpp.New(cfg, smpp.Handler{})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var running, submitting sync.WaitGroup
	running.Go(func() { client.Run(ctx) })
	if err := client.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	m := &smpp.Short{Dest: smpp.Address{TON: 1, NPI: 1, Number: "8613800130000"}, Text: []byte("Your code is 123456. It lasts 5 minutes.")}
	b.ResetTimer()
	for w := range cfg.Window {
		submitting.Go(func() {
			for i := w; i < b.N; i += cfg.Window {
				if _, err := client.Submit(ctx, "m", m); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	submitting.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	running.Wait()
}
