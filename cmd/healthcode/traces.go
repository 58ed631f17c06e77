package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"healthcode/internal/trace"
)

// traceSettings say where traces go; without an address, here or in the environment, there are none.
type traceSettings struct {
	// Endpoint is the address of a collector that takes OTLP over HTTP, such as http://collector:4318.
	Endpoint string `yaml:"endpoint"`
	// Ratio is the share of requests that are traced, 0 to 1; absent = 0.01.
	Ratio *float64 `yaml:"ratio"`
	// FromProxies lets trusted proxies say which trace a request belongs to.
	FromProxies bool `yaml:"from_proxies"`
}

const defaultTraceRatio = 0.01

// lastTraces is how long a server that stops waits for the collector.
const lastTraces = 3 * time.Second

// collector is where traces go by the settings, or by the variables of OpenTelemetry; "" = nowhere.
func (s *traceSettings) collector() (string, error) {
	if os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return "", nil
	}
	name, text := "traces: endpoint", s.Endpoint
	if text == "" {
		name = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
		text = os.Getenv(name)
	}
	whole := text != "" && s.Endpoint == "" // the one of traces alone is taken as it stands
	if text == "" {
		name = "OTEL_EXPORTER_OTLP_ENDPOINT"
		text = os.Getenv(name)
	}
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%s: not the address of a collector; write it like http://collector:4318", name)
	}
	if !whole {
		u = u.JoinPath("v1", "traces")
	}
	return u.String(), nil
}

// openTraces starts traces where they are asked for.
func (a *app) openTraces(ctx context.Context, trusted proxies) error {
	s := &a.settings.Traces
	ratio := defaultTraceRatio
	if s.Ratio != nil {
		ratio = *s.Ratio
	}
	if !(ratio >= 0 && ratio <= 1) {
		return fmt.Errorf("traces: ratio %v: it is a share of all requests, from 0 to 1", ratio)
	}
	if s.FromProxies && len(trusted) == 0 {
		return errors.New("traces: from_proxies: nobody is a proxy; name their networks in trusted_proxies")
	}
	to, err := s.collector()
	if err != nil || to == "" {
		return err
	}
	if a.traces, err = trace.Open(ctx, trace.Options{URL: to, Ratio: ratio, Parents: s.FromProxies, Log: a.log}); err != nil {
		return err
	}
	a.log.Info("traces", "ratio", ratio)
	return nil
}

// closeTraces sends the last traces.
func (a *app) closeTraces() {
	ctx, cancel := context.WithTimeout(context.Background(), lastTraces)
	defer cancel()
	a.traces.Close(ctx)
}
