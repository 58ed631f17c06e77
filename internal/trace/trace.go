// Package trace sends OpenTelemetry traces to a collector: a span for each request that is drawn, and below it one for each
// call of the store. A span has the route's pattern and never the path, the query, a header, an address or the text of an
// error: those can say who somebody is.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Options say where traces go.
type Options struct {
	// URL takes OTLP over HTTP as protobuf, such as http://collector:4318/v1/traces.
	URL string
	// Ratio is the share of requests that are traced, 0 to 1.
	Ratio float64
	// Parents lets the header traceparent of a request (W3C Trace Context) say which trace it belongs to, and whether it is traced.
	// Take it out of the requests of those who aren't believed.
	Parents bool
	Log     *slog.Logger
}

// Traces makes traces and sends them in the background. While the collector is down they are thrown away; no request waits.
// It is safe for concurrent use; nil makes none.
type Traces struct {
	provider *sdktrace.TracerProvider
	tracer   oteltrace.Tracer
	parents  bool
	log      *slog.Logger
}

// Open starts sending. The collector needn't be there. The environment variables of OpenTelemetry for its headers, its
// certificate, its timeout, batches and the name of the service (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) hold.
func Open(ctx context.Context, o Options) (*Traces, error) {
	from, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "healthcode")), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("reading OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(o.URL))
	if err != nil {
		return nil, fmt.Errorf("opening the way to the collector of traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(from), sdktrace.WithBatcher(&noted{SpanExporter: exporter, log: o.Log}),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.Ratio))))
	return &Traces{provider, provider.Tracer("healthcode"), o.Parents, o.Log}, nil
}

// Close sends what is left, for as long as ctx allows.
func (t *Traces) Close(ctx context.Context) {
	if t == nil {
		return
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		t.log.Warn("the last traces were lost", "error", err)
	}
}

// Begin begins the span of a request whose id is given. It returns the request to go on with, and what ends the span.
func (t *Traces) Begin(r *http.Request, id string) (_ *http.Request, end func(route string, status int)) {
	ctx := r.Context()
	if t.parents {
		ctx = propagation.TraceContext{}.Extract(ctx, parent(r.Header))
	}
	ctx, span := t.tracer.Start(ctx, "request", oteltrace.WithSpanKind(oteltrace.SpanKindServer))
	if !span.IsRecording() {
		return r, func(string, int) {}
	}
	return r.WithContext(ctx), func(route string, status int) {
		span.SetName(route)
		span.SetAttributes(attribute.String("http.request.method", method(r)), attribute.Int("http.response.status_code", status), attribute.String("request_id", id))
		if i := strings.IndexByte(route, '/'); i >= 0 {
			span.SetAttributes(attribute.String("http.route", route[i:]))
		}
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// method is that of a request; a caller can make up others.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "_OTHER"
}

// parent gives out the header traceparent, and not tracestate, into which anything could be written.
type parent http.Header

func (p parent) Get(key string) string {
	if key == "traceparent" {
		return http.Header(p).Get(key)
	}
	return ""
}

func (parent) Set(string, string) {}
func (parent) Keys() []string     { return []string{"traceparent"} }

// noted tells the log when the collector can't be reached, and when it can again: once each.
type noted struct {
	sdktrace.SpanExporter
	log     *slog.Logger
	failing bool // of the one goroutine that sends
}

func (n *noted) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := n.SpanExporter.ExportSpans(ctx, spans)
	if failed := err != nil; failed != n.failing {
		n.failing = failed
		if failed {
			n.log.WarnContext(ctx, "traces don't reach the collector", "error", err)
		} else {
			n.log.InfoContext(ctx, "traces reach the collector again")
		}
	}
	return nil // it is told: OpenTelemetry would write it to standard error once more
}
