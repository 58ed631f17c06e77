package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) boundRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/me/codes/{jurisdiction}/credentials", "bind-device", "Credentials for a pass that the device signs itself", s.bindDevice, forRoles(residents),
			about("The device keeps its private keys, signs a fresh time every 30 seconds, and asks again shortly before they end. "+
				"The form is in the documentation of package pass. One session has one device.")),
	}
}

type deviceInput struct {
	Jurisdiction string `path:"jurisdiction" maxLength:"16" example:"beijing"`
	Body         struct {
		Device string   `json:"device" maxLength:"100" doc:"The device's public key, the same for as long as the session: a point of P-256 in base64url"`
		Keys   []string `json:"keys" minItems:"1" maxItems:"8" doc:"A new public key for each credential"`
		Proof  string   `json:"proof" maxLength:"100" doc:"The device's ES256 signature of the lines: HCP2 keys, jurisdiction, device, each key"`
	}
}

// Credentials are what a device shows, one after the other, each signed with its own key.
type Credentials struct {
	Credentials []string   `json:"credentials" doc:"In base64url, in the order of the keys"`
	Now         time.Time  `json:"now" doc:"The service's clock"`
	Expires     time.Time  `json:"expires"`
	State       string     `json:"state"`
	Until       *time.Time `json:"until,omitempty" doc:"When the state ends; absent where not known"`
	Name        string     `json:"name" doc:"Masked"`
}

func (s *Server) bindDevice(c *call, in *deviceInput) (Credentials, error) {
	b, err := binding(in.Body.Device, in.Body.Keys, in.Body.Proof)
	if err != nil {
		return Credentials{}, err
	}
	out, err := s.Status.Bind(c.ctx, c.actor, in.Jurisdiction, b)
	if err != nil {
		return Credentials{}, err
	}
	s.Metrics.Evaluated(in.Jurisdiction)
	list := Credentials{Now: out.Now, Expires: out.Expires, State: out.State, Until: at(out.Until), Name: out.Name}
	for _, credential := range out.Credentials {
		list.Credentials = append(list.Credentials, base64.RawURLEncoding.EncodeToString(credential))
	}
	return list, nil
}

// binding decodes what a device sends.
func binding(device string, keys []string, proof string) (b status.Binding, err error) {
	decode := func(field, text string) []byte {
		data, bad := base64.RawURLEncoding.DecodeString(text)
		if bad != nil && err == nil {
			err = &healthcode.Error{Code: healthcode.CodeInvalid, Field: field, Err: bad,
				Text: healthcode.Text{ZH: "请用不带填充的 base64url。", EN: "Write it in base64url, without padding."}}
		}
		return data
	}
	b.Device, b.Proof = decode("device", device), decode("proof", proof)
	for i, key := range keys {
		b.Keys = append(b.Keys, decode(fmt.Sprintf("keys[%d]", i), key))
	}
	return b, err
}
