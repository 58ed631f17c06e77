package smpp

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
)

// vector is one PDU in testdata. Those of pdus.json were written by another implementation.
type vector struct {
	Name, Hex string
	Error     string // refused.json: what the error must say
	Lost      bool
}

func vectors(t *testing.T, name string) (list []vector) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &list); err != nil || len(list) == 0 {
		t.Fatalf("%s: %d vectors, %v", name, len(list), err)
	}
	return list
}

func (v vector) octets(t *testing.T) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.Hex)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVectorsComeBack(t *testing.T) {
	for _, v := range vectors(t, "pdus.json") {
		t.Run(v.Name, func(t *testing.T) {
			octets := v.octets(t)
			p, err := Decode(octets)
			if err != nil {
				t.Fatal(err)
			}
			if name, _, _ := strings.Cut(v.Name, " "); p.Command.String() != name && name != "data_sm" {
				t.Errorf("command %s", p.Command)
			}
			if p.Sequence != 7 {
				t.Errorf("sequence %d", p.Sequence)
			}
			again, err := p.Append(nil)
			if err != nil || !bytes.Equal(again, octets) {
				t.Errorf("%x, %v", again, err)
			}
			streamed, err := ReadPDU(bytes.NewReader(octets))
			if err != nil || !reflect.DeepEqual(streamed, p) {
				t.Errorf("from a stream: %+v, %v", streamed, err)
			}
		})
	}
}

func TestVectorsSayWhatWasMeant(t *testing.T) {
	want := map[string]Body{
		"bind_transceiver":      &Bind{SystemID: "health", Password: "secret", SystemType: "hc", Version: 0x34, Addresses: Address{1, 1, "106"}},
		"bind_transceiver_resp": &BindAnswer{SystemID: "smsc", TLVs: TLVs{{0x0210, []byte{0x34}}}},
		"submit_sm": &Short{Source: Address{0, 0, "10690123"}, Dest: Address{1, 1, "8613800138000"}, Validity: "000000000500000R",
			Registered: 1, Coding: CodingASCII, Text: []byte("Your code is \x1b(1\x1b) \x00 \x1be")},
		"submit_sm_resp": &ShortAnswer{ID: "0a1b2c"},
		"outbind":        &Outbind{"smsc", "x"},
	}
	for _, v := range vectors(t, "pdus.json") {
		p, err := Decode(v.octets(t))
		if err != nil {
			t.Fatal(err)
		}
		if body := want[v.Name]; body != nil {
			if !reflect.DeepEqual(p.Body, body) {
				t.Errorf("%s: %+v", v.Name, p.Body)
			}
			delete(want, v.Name)
		}
		switch v.Name {
		case "deliver_sm receipt":
			r, ok := p.Body.(*Short).Receipt()
			if !ok || r != (Receipt{"0a1b2c", Delivered, "000"}) || !p.Body.(*Short).IsReceipt() {
				t.Errorf("receipt %+v, %v", r, ok)
			}
		case "deliver_sm keyword":
			text, part, parts, ok := p.Body.(*Short).Read()
			if text != "健康码" || part != 1 || parts != 1 || !ok || p.Body.(*Short).IsReceipt() || p.Body.(*Short).Source.E164() != "+8613800138000" {
				t.Errorf("%q %d/%d %v", text, part, parts, ok)
			}
		case "submit_sm ucs2 udh":
			if text, part, parts, ok := p.Body.(*Short).Read(); text != "验证码" || part != 1 || parts != 2 || !ok {
				t.Errorf("%q %d/%d %v", text, part, parts, ok)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("vectors that aren't there: %v", want)
	}
}

func TestRefusedVectors(t *testing.T) {
	for _, v := range vectors(t, "refused.json") {
		t.Run(v.Name, func(t *testing.T) {
			octets := v.octets(t)
			p, err := Decode(octets)
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("read as %+v, %v", p, err)
			}
			if !strings.Contains(err.Error(), v.Error) || format.Lost != v.Lost || format.Status == StatusOK {
				t.Errorf("%v, lost %v, %s", err, format.Lost, format.Status)
			}
			if v.Lost {
				return
			}
			// A stream goes on behind it.
			stream := bytes.NewReader(append(octets, vectors(t, "pdus.json")[0].octets(t)...))
			if _, err := ReadPDU(stream); !errors.As(err, &format) {
				t.Errorf("from a stream: %v", err)
			}
			if _, err := ReadPDU(stream); err != nil {
				t.Errorf("what follows: %v", err)
			}
		})
	}
}

func TestReadPDUStopsShort(t *testing.T) {
	octets := vectors(t, "pdus.json")[3].octets(t)
	for n := range octets {
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF
		}
		if _, err := ReadPDU(bytes.NewReader(octets[:n])); !errors.Is(err, want) {
			t.Fatalf("%d octets: %v, want %v", n, err, want)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	for field, body := range map[string]Body{
		"system_id":          &Bind{SystemID: strings.Repeat("a", 16)},
		"password":           &Bind{Password: "123456789"},
		"destination_addr":   &Short{Dest: Address{Number: "86\x00138"}},
		"short_message":      &Short{Text: make([]byte, 255)},
		"validity_period":    &Short{Validity: "5 minutes"},
		"optional parameter": &Short{TLVs: TLVs{{TagMessagePayload, make([]byte, 1<<16)}}},
		"command_length":     &Short{TLVs: TLVs{{TagMessagePayload, make([]byte, 1<<16-1)}}},
	} {
		if _, err := (PDU{Command: SubmitSM, Body: body}).Append(nil); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNames(t *testing.T) {
	err := &StatusError{Command: SubmitSM, Status: StatusThrottled}
	if err.Error() != "submit_sm: the SMSC answered ESME_RTHROTTLED" {
		t.Error(err)
	}
	for want, got := range map[string]string{"0x00000400": Status(0x400).String(), "submit_sm_resp": SubmitSM.Answer().String(),
		"generic_nack": GenericNack.String(), "0x00000103": Command(0x103).String()} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// FuzzDecode: whatever is read as a PDU is written as the same octets.
func FuzzDecode(f *testing.F) {
	wantSeeds(f, "FuzzDecode")
	f.Fuzz(func(t *testing.T, octets []byte) {
		p, err := Decode(octets)
		streamed, streamErr := ReadPDU(bytes.NewReader(octets))
		if err != nil {
			return
		}
		if streamErr != nil || !reflect.DeepEqual(p, streamed) {
			t.Errorf("from a stream: %+v, %v", streamed, streamErr)
		}
		again, err := p.Append(nil)
		if err != nil || !bytes.Equal(again, octets) {
			t.Errorf("%x, %v", again, err)
		}
		if m, ok := p.Body.(*Short); ok {
			m.IsReceipt()
			if r, ok := m.Receipt(); ok && (r.ID == "" || len(r.ID) > 64 || r.State == 0) {
				t.Errorf("receipt %+v", r)
			}
			m.Read()
		}
	})
}

func wantSeeds(f *testing.F, name string) {
	f.Helper()
	if seeds, err := os.ReadDir("testdata/fuzz/" + name); err != nil || len(seeds) < 5 {
		f.Fatalf("%d seeds, %v", len(seeds), err)
	}
}
