package travel_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"healthcode"
	"healthcode/internal/base45"
)

// reader is what somebody else's program makes of a code.
type reader struct {
	Valid  bool
	KID    string
	Issuer string
	Error  string
	Claims map[string]any
}

// readByOthers lets two programs by others read codes; see testdata/readers.
func (h *house) readByOthers(texts ...string) (answers []struct{ Ministry, COSE reader }) {
	h.Helper()
	const folder = "testdata/readers"
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "dcc-utils")); err != nil {
		install := exec.Command("npm", "install", "--no-save", "--legacy-peer-deps", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund")
		install.Dir = folder
		if out, err := install.CombinedOutput(); err != nil {
			h.Fatalf("installing the readers: %v; npm must be there, see scripts/tools.sh\n%s", err, out)
		}
	}
	certificates := map[string]string{}
	for _, s := range h.signers {
		certificates[base64.StdEncoding.EncodeToString(s.Key.ID)] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Key.DER}))
	}
	in, err := json.Marshal(map[string]any{"certificates": certificates, "texts": texts})
	h.Must(err)
	node := exec.Command("node", "read.js")
	node.Dir, node.Stdin, node.Stderr = folder, bytes.NewReader(in), os.Stderr
	out, err := node.Output()
	h.Must(err)
	h.Must(json.Unmarshal(out, &answers))
	return answers
}

// at follows keys into what JSON gives.
func at(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tampered changes one byte of the signature or of what is signed.
func tampered(t *testing.T, text string, fromEnd int) string {
	t.Helper()
	packed, err := base45.Decode(strings.TrimPrefix(text, "HC1:"))
	must(t, err)
	r, err := zlib.NewReader(bytes.NewReader(packed))
	must(t, err)
	message, err := io.ReadAll(r)
	must(t, err)
	message[len(message)-fromEnd] ^= 1
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, err = w.Write(message)
	must(t, err)
	must(t, w.Close())
	return "HC1:" + base45.Encode(b.Bytes())
}

// Others read every format with libraries that share no code with ours, and refuse what was altered.
func TestOthersReadWhatIsIssued(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test runs programs of npm")
	}
	h := newHouse(t)
	a := h.wang()
	h.Learn(a.Person, `{"id":"y","source":"clinic:1","kind":"vaccination","time":"2022-04-10T10:00:00+08:00","product":"黄热疫苗","dose":1,"doses":1,"lot":"B-17"}`)
	list, err := h.Travel.Issue(t.Context(), a, request(nucleic, igg, vaccine, healthcode.FactRef{Source: "clinic:1", ID: "y"}))
	h.Must(err)
	link, err := h.Travel.Share(t.Context(), a, linkOf(list[0]))
	h.Must(err)
	texts := []string{list[0].Text, list[1].Text, list[2].Text, list[3].Text, link.Text}
	names := []string{"test", "antibodies", "vaccination", "yellow fever", "link"}
	for i, answer := range h.readByOthers(texts...) {
		for who, r := range map[string]reader{"dcc-utils": answer.Ministry, "@auth0/cose": answer.COSE} {
			if !r.Valid || r.KID == "" {
				t.Errorf("%s refuses our %s: %+v", who, names[i], r)
			}
		}
		if answer.COSE.Issuer != "CN" {
			t.Errorf("%s: issuer %q", names[i], answer.COSE.Issuer)
		}
		claims := answer.COSE.Claims
		if i == 0 || i == 2 {
			dcc := at(claims, "1")
			ministry := any(answer.Ministry.Claims)
			for _, read := range []any{dcc, ministry} {
				if at(read, "nam", "fnt") != "WANG" || at(read, "nam", "gn") != "小明" || at(read, "dob") != "1990-02-02" {
					t.Errorf("%s read as %v", names[i], read)
				}
			}
			if i == 0 && at(dcc, "t", 0, "tr") != "260415000" || i == 2 && at(dcc, "v", 0, "dn") != 2.0 {
				t.Errorf("%s read as %v", names[i], dcc)
			}
		} else if all, err := json.Marshal(claims); err != nil || i < 4 && !bytes.Contains(all, []byte("WANG XIAOMING")) || i == 4 && !bytes.Contains(all, []byte("shlink:/")) {
			t.Errorf("%s read as %s", names[i], all)
		}
	}
	var altered []string
	for _, text := range texts {
		altered = append(altered, tampered(t, text, 1), tampered(t, text, 80))
	}
	for i, answer := range h.readByOthers(altered...) {
		if answer.Ministry.Valid || answer.COSE.Valid {
			t.Errorf("altered %s: %+v", names[i/2], answer)
		}
		if !strings.Contains(strings.ToLower(answer.Ministry.Error), "signature") || !strings.Contains(strings.ToLower(answer.COSE.Error), "signature") {
			t.Errorf("altered %s is refused for another reason: %s; %s", names[i/2], answer.Ministry.Error, answer.COSE.Error)
		}
	}
}

// Neither believes a signer that it doesn't know.
func TestOthersRefuseAStranger(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test runs programs of npm")
	}
	h, stranger := newHouse(t), newHouse(t)
	list, err := stranger.Travel.Issue(t.Context(), stranger.wang(), request(nucleic))
	h.Must(err)
	for _, answer := range h.readByOthers(list[0].Text) {
		if answer.Ministry.Valid || answer.COSE.Valid {
			t.Errorf("%+v", answer)
		}
	}
}
