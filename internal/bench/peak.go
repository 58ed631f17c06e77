package bench

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"healthcode/internal/status"
	"healthcode/pass"
)

// A peak is a minute in which a city opens its code. What the phones settle among themselves is computed; what reaches
// the server is sent to the real one, at the real rate, for some seconds of that minute.
const (
	renewsAfter  = 48 * time.Second // of a pass that the server mints, on an open page
	phoneWaits   = 8 * time.Second  // then the page says that there is no connection
	doorWaits    = 2500 * time.Millisecond
	scansPerSec  = 50
	connections  = 512 // to the server at once; the others wait for one
	peakSessions = 2000
)

// PeakOptions says what the peak is.
type PeakOptions struct {
	Holders int           // who open their page within a minute
	Stay    time.Duration // for how long each keeps it open
	Stale   float64       // the share of bound phones whose credentials have ended meanwhile
	Slice   time.Duration // of the minute is played
}

// PeakResult is what was computed of the minute and measured in the slice.
type PeakResult struct {
	Date     time.Time  `json:"date"`
	Hardware Hardware   `json:"hardware"`
	Engine   string     `json:"engine"`
	Holders  int        `json:"holders"`
	Stay     float64    `json:"stay_s"`
	Slice    float64    `json:"slice_s"`
	Cases    []PeakCase `json:"cases"`
	Notes    []string   `json:"notes"`
}

// PeakCase is one way of showing a code.
type PeakCase struct {
	Name string `json:"name"`
	// Computed, of everybody.
	Requests     int     `json:"requests"`       // that reach the server until all pages are closed
	FromThePhone float64 `json:"from_the_phone"` // share of holders whose phone shows a valid code whatever the server does
	PerSecond    float64 `json:"requests_per_s"` // within the minute
	// Measured, in the slice.
	Sent    int     `json:"sent"`
	Failed  int     `json:"failed"` // no answer within 8 s, or not the right one
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Shown   float64 `json:"shown"`         // share of holders with a valid code within 8 s, the phone's own included
	CPU     float64 `json:"server_cpu_us"` // for each request, doors included
	Doors   int     `json:"door_scans"`
	Offline int     `json:"doors_offline"` // without an answer within 2.5 s: the door decides by itself
	DoorP50 float64 `json:"door_p50_ms"`
	DoorP99 float64 `json:"door_p99_ms"`
	Refused int     `json:"doors_refused"` // a valid code that was not taken
}

// holder is a phone of the sample, which stands for many.
type holder struct {
	session    string
	binding    []byte // the request for credentials
	credential []byte
	key        *ecdsa.PrivateKey
}

// Peak plays the minute without and with the device-bound pass.
func Peak(ctx context.Context, o Options, p PeakOptions) (*PeakResult, error) {
	o.Askers = peakSessions
	o.Progress("loading %d people", o.People[0])
	l, err := load(ctx, &o, o.People[0])
	if err != nil {
		return nil, err
	}
	server, err := start(ctx, o.Command("server", l.data))
	if err != nil {
		return nil, err
	}
	defer server.stop()
	phones, err := newHolders(l.sessions)
	if err != nil {
		return nil, err
	}
	peak := &peak{o: &o, p: p, server: server, loaded: l, phones: phones, slots: make(chan struct{}, connections)}
	if err := peak.enrol(); err != nil {
		return nil, fmt.Errorf("enrolling the phones: %w", err)
	}
	r := &PeakResult{Date: o.Now().UTC().Truncate(time.Second), Hardware: hardware(), Engine: o.Engine, Holders: p.Holders,
		Stay: p.Stay.Seconds(), Slice: p.Slice.Seconds(), Notes: []string{
			fmt.Sprintf("%d phones of the sample stand for all; each request is real, at the rate of the whole city, for %v of the minute, from the same machine as the server", len(phones), p.Slice),
			fmt.Sprintf("at most %d connections at once; who gets none within %v counts as failed; tries again are not simulated", connections, phoneWaits),
			"requests of the whole minute and the share shown from the phone are computed; the streams by which open pages are told of changes are not counted, nor is what a phone asks for that opens its page the first time",
			"each kept page that is opened asks one short question, whether its state still holds; its code doesn't wait for the answer longer than a second",
		}}
	for _, c := range peak.cases() {
		o.Progress("%s: %.0f requests a second for %v", c.name, c.perSecond, p.Slice)
		played, err := peak.play(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		r.Cases = append(r.Cases, played)
	}
	return r, nil
}

func newHolders(sessions []string) ([]*holder, error) {
	phones := make([]*holder, len(sessions))
	for i, session := range sessions {
		var points [][]byte
		var keys []*ecdsa.PrivateKey
		for range 1 + status.UsualBatch {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				return nil, err
			}
			point, err := key.PublicKey.Bytes()
			if err != nil {
				return nil, err
			}
			keys, points = append(keys, key), append(points, point)
		}
		sum := sha256.Sum256(status.BindingText(jurisdiction, points[0], points[1:]))
		r, s, err := ecdsa.Sign(rand.Reader, keys[0], sum[:])
		if err != nil {
			return nil, err
		}
		var texts []string
		for _, point := range points {
			texts = append(texts, base64.RawURLEncoding.EncodeToString(point))
		}
		proof := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		body, err := json.Marshal(map[string]any{"device": texts[0], "keys": texts[1:], "proof": base64.RawURLEncoding.EncodeToString(proof)})
		if err != nil {
			return nil, err
		}
		phones[i] = &holder{session: session, binding: body, key: keys[1]}
	}
	return phones, nil
}

type peak struct {
	o      *Options
	p      PeakOptions
	server *process
	loaded *loaded
	phones []*holder
	slots  chan struct{}
}

// peakCase is a way of showing a code, and what it asks of the server.
type peakCase struct {
	name      string
	perHolder float64 // requests until the page is closed
	perSecond float64 // within the minute
	phone     float64 // share of holders whose phone has a valid code
	bound     bool
	ask       func(i int, h *holder, timeout time.Duration) error
}

func (k *peak) cases() []peakCase {
	arrivals := float64(k.p.Holders) / 60
	renewals := float64(int(k.p.Stay / renewsAfter))
	inMinute := max(0, 1-renewsAfter.Minutes()) * min(renewals, 1) // of the renewals fall into the minute
	page := func(_ int, h *holder, timeout time.Duration) error {
		return k.send("GET", "/in/"+jurisdiction+"/code", h.session, nil, `data-state="green"`, timeout)
	}
	minted := func(i int, h *holder, timeout time.Duration) error {
		if i%100 < int(100*inMinute/(1+inMinute)) {
			return k.send("GET", "/in/"+jurisdiction+"/code/pass", h.session, nil, `data-state="green"`, timeout)
		}
		return page(i, h, timeout)
	}
	bind := func(_ int, h *holder, timeout time.Duration) error {
		return k.send("POST", "/in/"+jurisdiction+"/code/credentials", h.session, h.binding, `"state":"green"`, timeout)
	}
	glance := func(_ int, h *holder, timeout time.Duration) error {
		return k.send("GET", "/in/"+jurisdiction+"/code/state", h.session, nil, `"state":"green"`, timeout)
	}
	// Of those that ask, so many in a hundred renew what has ended.
	mixed := func(share float64, other func(int, *holder, time.Duration) error) func(int, *holder, time.Duration) error {
		return func(i int, h *holder, timeout time.Duration) error {
			if float64(i%100) < 100*share {
				return bind(i, h, timeout)
			}
			return other(i, h, timeout)
		}
	}
	stale := k.p.Stale
	return []peakCase{
		{name: "the server mints each pass", perHolder: 1 + renewals, perSecond: arrivals * (1 + inMinute), ask: minted},
		{name: "bound to the phone, the whole page opened", perHolder: 1 + stale, perSecond: arrivals * (1 + stale), phone: 1 - stale, bound: true, ask: mixed(stale/(1+stale), page)},
		{name: "bound to the phone, the kept page opened, credentials mostly valid", perHolder: 1, perSecond: arrivals, phone: 1 - stale, bound: true, ask: mixed(stale, glance)},
		{name: "bound to the phone, the kept page opened, every credential ended", perHolder: 1, perSecond: arrivals, bound: true, ask: bind},
	}
}

// send asks as a browser does.
func (k *peak) send(method, path, session string, body []byte, want string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, k.server.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.AddCookie(&http.Cookie{Name: "session", Value: session})
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !bytes.Contains(data, []byte(want))) {
		err = fmt.Errorf("%s %s: %s without %s", method, path, answer.Status, want)
	}
	return err
}

// enrol gives each phone its first credentials.
func (k *peak) enrol() error {
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	turn := make(chan *holder)
	for range workers() {
		wg.Go(func() {
			for h := range turn {
				text, err := send("POST", k.server.url+"/v1/me/codes/"+jurisdiction+"/credentials", h.session, string(h.binding))
				var got struct{ Credentials []string }
				if err == nil {
					err = json.Unmarshal([]byte(text), &got)
				}
				if err == nil {
					h.credential, err = base64.RawURLEncoding.DecodeString(got.Credentials[0])
				}
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, h := range k.phones {
		turn <- h
	}
	close(turn)
	wg.Wait()
	return failed
}

// codes are those that doors scan during the slice: passes of the server, made just before, or phones of the sample.
func (k *peak) codes(bound bool, n int) (func(i int, at time.Time) (string, error), error) {
	if bound {
		began := k.o.Now()
		// The server's clock began with it; what it says now is asked once.
		text, err := send("GET", k.server.url+"/v1/me/codes/"+jurisdiction, k.phones[0].session, "")
		var got struct{ Refreshed time.Time }
		if err == nil {
			err = json.Unmarshal([]byte(text), &got)
		}
		return func(i int, at time.Time) (string, error) {
			h := k.phones[i%len(k.phones)]
			return pass.Present(h.credential, h.key, got.Refreshed.Add(at.Sub(began)))
		}, err
	}
	minted := make([]string, n)
	for i := range minted {
		text, err := send("POST", k.server.url+"/v1/me/codes/"+jurisdiction+"/pass", k.phones[i%len(k.phones)].session, "")
		if err != nil {
			return nil, err
		}
		var got struct{ Text string }
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			return nil, err
		}
		minted[i] = got.Text
	}
	return func(i int, _ time.Time) (string, error) { return minted[i%n], nil }, nil
}

// play sends the slice at its rate, whether the server keeps up or not.
func (k *peak) play(ctx context.Context, c peakCase) (PeakCase, error) {
	out := PeakCase{Name: c.name, Requests: int(c.perHolder * float64(k.p.Holders)), PerSecond: c.perSecond, FromThePhone: c.phone}
	code, err := k.codes(c.bound, scansPerSec*int(k.p.Slice/time.Second))
	if err != nil {
		return out, err
	}
	before, err := k.server.cpu()
	if err != nil {
		return out, err
	}
	var mu sync.Mutex
	var took, door []time.Duration
	var wg sync.WaitGroup
	began := k.o.Now()
	wg.Go(func() {
		k.pace(ctx, scansPerSec, began, func(i int, due time.Time) {
			text, err := code(i, due)
			if err == nil {
				err = k.scan(i, text)
			}
			mu.Lock()
			defer mu.Unlock()
			out.Doors++
			switch late := k.o.Now().Sub(due); {
			case err == errNotTaken:
				out.Refused++
			case err != nil || late > doorWaits:
				out.Offline++
			default:
				door = append(door, late)
			}
		})
	})
	k.pace(ctx, c.perSecond, began, func(i int, due time.Time) {
		err := errNoPlace
		select {
		case k.slots <- struct{}{}:
			if left := phoneWaits - k.o.Now().Sub(due); left > 0 {
				err = c.ask(i, k.phones[i*7919%len(k.phones)], left)
			}
			<-k.slots
		case <-time.After(phoneWaits):
		}
		mu.Lock()
		defer mu.Unlock()
		out.Sent++
		if err != nil {
			out.Failed++
			return
		}
		took = append(took, k.o.Now().Sub(due))
	})
	wg.Wait()
	after, err := k.server.cpu()
	if err != nil {
		return out, err
	}
	out.CPU = float64((after - before).Microseconds()) / float64(max(1, len(took)+len(door)))
	out.P50, out.P99 = milliseconds(took)
	out.DoorP50, out.DoorP99 = milliseconds(door)
	out.Shown = c.phone
	if out.Sent > 0 {
		out.Shown += (1 - c.phone) * float64(len(took)) / float64(out.Sent)
	}
	return out, ctx.Err()
}

var (
	errNoPlace  = fmt.Errorf("no connection within %v", phoneWaits)
	errNotTaken = fmt.Errorf("the door did not take a valid code")
)

func (k *peak) scan(i int, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), doorWaits)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", k.server.url+"/v1/checkpoint/scans", bytes.NewReader([]byte(`{"code":"`+text+`","temperature":36.5}`)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+k.loaded.doors[i%len(k.loaded.doors)])
	r.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("scan: %s", answer.Status)
	}
	if err == nil && !bytes.Contains(data, []byte(`"decision":"admit"`)) {
		err = errNotTaken
	}
	return err
}

// pace calls do at a rate for as long as the slice, each when it is due, and waits for all.
func (k *peak) pace(ctx context.Context, perSecond float64, began time.Time, do func(i int, due time.Time)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	n := int(perSecond * k.p.Slice.Seconds())
	for i := range n {
		due := began.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		if wait := due.Sub(k.o.Now()); wait > 0 {
			time.Sleep(wait)
		}
		if ctx.Err() != nil {
			return
		}
		wg.Go(func() { do(i, due) })
	}
}

func milliseconds(took []time.Duration) (p50, p99 float64) {
	if len(took) == 0 {
		return 0, 0
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	return at(.5), at(.99)
}

// Markdown writes the table.
func (r *PeakResult) Markdown(w io.Writer) {
	fmt.Fprintf(w, "%d holders open their page within a minute (%s, %s, %s):\n\n", r.Holders, r.Engine, r.Hardware.CPU, r.Date.Format(time.DateOnly))
	fmt.Fprint(w, "| | requests in all | within the minute, a second | from the phone alone | answered in 8 s, of those sent | p50, p99 ms | shown in 8 s | server CPU, µs | doors: p50, p99 ms | doors without an answer |\n")
	fmt.Fprint(w, "|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range r.Cases {
		fmt.Fprintf(w, "| %s | %d | %.0f | %.0f %% | %d of %d | %.0f, %.0f | %.1f %% | %.0f | %.0f, %.0f | %d of %d |\n", c.Name, c.Requests, c.PerSecond,
			100*c.FromThePhone, c.Sent-c.Failed, c.Sent, c.P50, c.P99, 100*c.Shown, c.CPU, c.DoorP50, c.DoorP99, c.Offline, c.Doors)
	}
	fmt.Fprintln(w)
	for _, n := range r.Notes {
		fmt.Fprintf(w, "- %s.\n", n)
	}
}
