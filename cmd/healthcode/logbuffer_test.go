package main

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
	n  int
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	return l.b.Write(p)
}

func (l *lockedBuffer) read() (string, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String(), l.n
}

// TestRequestsAreLoggedTogether: lines of requests wait a moment, every other line takes those before it along at once.
func TestRequestsAreLoggedTogether(t *testing.T) {
	var out lockedBuffer
	log := slog.New(newGathered(&out, &slog.HandlerOptions{})).With("name", "value")
	for range 50 {
		log.Info("request", "status", 200)
	}
	log.Error("a call failed")
	text, writes := out.read()
	if strings.Count(text, `"msg":"request"`) != 50 || strings.Count(text, `"name":"value"`) != 51 || !strings.HasSuffix(text, "\n") || writes > 2 {
		t.Errorf("%d writes of\n%s", writes, text)
	}
	log.Info("request")
	if again, _ := out.read(); again != text {
		t.Error("a request's line isn't held back")
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if again, _ := out.read(); strings.Count(again, "\n") == 52 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a request's line is never written")
		}
	}
}
