package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"healthcode"
	"healthcode/internal/api"
	"healthcode/internal/servicetest"
)

// collector takes traces as OTLP over HTTP.
type collector struct {
	mu    sync.Mutex
	bytes []byte
	spans []*tracepb.Span
	url   string
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		var in collectorpb.ExportTraceServiceRequest
		if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || err != nil || proto.Unmarshal(data, &in) != nil {
			t.Errorf("%s %s: no traces (%v)", r.Method, r.URL, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bytes = append(c.bytes, data...)
		for _, resource := range in.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				c.spans = append(c.spans, scope.Spans...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// attributes are those of a span, as text.
func attributes(s *tracepb.Span) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes {
		if text := a.Value.GetStringValue(); text != "" {
			all[a.Key] = text
		} else {
			all[a.Key] = fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return all
}

// TestTraces: a real server tells a collector of each request by its route, of the store's calls within it, and of nobody.
func TestTraces(t *testing.T) {
	t.Parallel()
	c, g := newCollector(t), newGateway(t)
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Policies: ongoing(t)}
	store := opened(t, s)
	door := accounts(t, store, "tianjin", healthcode.RoleCheckpoint)[healthcode.RoleCheckpoint]
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, s, g.config(t)+fmt.Sprintf("trusted_proxies: [127.0.0.0/8]\ntraces: {endpoint: %q, ratio: 1, from_proxies: true}\n", c.url))
	who := servicetest.Zhang
	token := register(t, g, p, p, "tianjin", who)
	var code api.Code
	p.must("GET", "/v1/me/codes/tianjin", token, nil, &code)
	var d api.Decision
	p.must("POST", "/v1/checkpoint/scans", door, map[string]any{"code": code.Pass.Text, "temperature": 36.5}, &d)
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	for _, call := range []struct{ method, path string }{{"GET", "/check?phone=" + who.Phone[1:]}, {"GET", "/v1/nothing/" + who.Document.Number}, {"ZHANGSANFENG", "/" + who.Document.Number}} {
		r, err := http.NewRequest(call.method, p.url+call.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Traceparent": {"00-" + trace + "-" + parent + "-01"}, "Tracestate": {"who=" + who.Document.Number}, "Baggage": {"who=" + who.Document.Number},
			"X-Forwarded-For": {"203.0.113.77"}, "User-Agent": {"phone of " + who.Document.Number}}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.gone // what was left has been sent

	c.mu.Lock()
	defer c.mu.Unlock()
	roots, below := map[string]map[string]string{}, map[string]int{}
	ids := map[string]string{}
	for _, span := range c.spans {
		ids[string(span.SpanId)] = span.Name
	}
	for _, span := range c.spans {
		if span.EndTimeUnixNano < span.StartTimeUnixNano {
			t.Errorf("%s ends before it begins", span.Name)
		}
		if span.Kind == tracepb.Span_SPAN_KIND_SERVER {
			roots[span.Name] = attributes(span)
			if far := hex.EncodeToString(span.ParentSpanId); far != "" && (far != parent || hex.EncodeToString(span.TraceId) != trace) {
				t.Errorf("%s is below %s", span.Name, far)
			} else if (far != "") != slices.Contains([]string{"GET /check", "none", "/"}, span.Name) {
				t.Errorf("%s: its parent is %q", span.Name, far)
			}
			continue
		}
		below[ids[string(span.ParentSpanId)]+" > "+span.Name]++
		if len(span.Attributes) > 0 {
			t.Errorf("%s says %v", span.Name, span.Attributes)
		}
	}
	for _, want := range []struct{ name, method, route, status string }{
		{"POST /v1/registrations", "POST", "/v1/registrations", "200"},
		{"POST /v1/registrations/complete", "POST", "/v1/registrations/complete", "200"},
		{"GET /v1/me/codes/{jurisdiction}", "GET", "/v1/me/codes/{jurisdiction}", "200"},
		{"POST /v1/checkpoint/scans", "POST", "/v1/checkpoint/scans", "200"},
		{"GET /check", "GET", "/check", "200"},
		{"none", "GET", "", "404"},
		{"/", "_OTHER", "/", "404"},
	} {
		name, got := want.name, roots[want.name]
		if got["http.response.status_code"] != want.status || got["http.route"] != want.route || got["http.request.method"] != want.method {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if id := got["request_id"]; id == "" || !strings.Contains(p.logged(), id) {
			t.Errorf("%s: the log has no request %q", name, id)
		}
	}
	for _, want := range []string{"POST /v1/registrations > store.PutCode", "POST /v1/registrations/complete > store.CreatePerson", "POST /v1/checkpoint/scans > store.PutScan"} {
		if below[want] == 0 {
			t.Errorf("no span %s among %v", want, below)
		}
	}
	for _, secret := range []string{who.Name, who.Document.Number, who.Phone[1:], who.Phone[4:], "203.0.113.77", "127.0.0.1", "phone of", "ZHANGSANFENG", token, door, code.Pass.Text, s.Data} {
		if bytes.Contains(c.bytes, []byte(secret)) {
			t.Errorf("the traces have %q", secret)
		}
	}
}

// TestWhereTracesGo: nowhere, unless the settings or the environment say so.
func TestWhereTracesGo(t *testing.T) {
	for _, tt := range []struct {
		name, endpoint string
		env            map[string]string
		want, err      string
	}{
		{name: "nowhere"},
		{name: "settings", endpoint: "http://collector:4318", want: "http://collector:4318/v1/traces"},
		{name: "below a path", endpoint: "https://collector/otlp/", want: "https://collector/otlp/v1/traces"},
		{name: "environment", env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:4318"}, want: "http://b:4318/v1/traces"},
		{name: "of traces alone", env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:4318", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/x"}, want: "http://c/x"},
		{name: "settings win", endpoint: "http://a:4318", env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/x"}, want: "http://a:4318/v1/traces"},
		{name: "turned off", endpoint: "http://a:4318", env: map[string]string{"OTEL_SDK_DISABLED": "true"}},
		{name: "no address", endpoint: "collector:4318", err: "traces: endpoint"},
		{name: "no address in the environment", env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"}, err: "OTEL_EXPORTER_OTLP_ENDPOINT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"OTEL_SDK_DISABLED", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
				t.Setenv(name, tt.env[name])
			}
			got, err := (&traceSettings{Endpoint: tt.endpoint}).collector()
			if got != tt.want || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	for _, bad := range []traceSettings{{Ratio: new(1.5)}, {Ratio: new(-0.1)}, {FromProxies: true}} {
		if err := (&app{settings: settings{Traces: bad}, log: discard}).openTraces(t.Context(), nil); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
