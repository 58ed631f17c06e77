package api

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"time"

	"healthcode"
	"healthcode/internal/status"
)

func (s *Server) boundRoutes() []Route {
	return []Route{
		handle(http.MethodPost, "/v1/me/codes/{jurisdiction}/credentials", "bind-device", "Credentials for a pass that the device signs itself", s.bindDevice, forRoles(residents),
			about("The device keeps its private keys, signs a fresh time every 30 seconds, and asks again shortly before they end. "+
				"The form is in the documentation of package pass. One session has one device.")),
		handle(http.MethodGet, "/v1/me/devices", "list-devices", "The resident's devices that sign their pass themselves, the newest first", s.listDevices, forRoles(residents)),
		do(http.MethodDelete, "/v1/me/devices/{id}", "end-device", "Sign the session of a device out; its pass ends at once", s.endDevice, forRoles(residents),
			about("Doors without a connection stop taking it when its credentials end, at the latest.")),
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

// Device is the browser or app of one session, known by its public key.
type Device struct {
	ID       string    `json:"id" pattern:"^[0-9a-f]{16}$"`
	Session  string    `json:"session" doc:"The id of its session"`
	Enrolled time.Time `json:"enrolled"`
	Expires  time.Time `json:"expires" doc:"With the session"`
	Current  bool      `json:"current" doc:"That of the session that is asking"`
}

// DeviceList is a resident's devices, the newest first.
type DeviceList struct {
	Devices []Device `json:"devices"`
}

// listDevices leaves those out whose session has ended.
func (s *Server) listDevices(c *call, _ *none) (DeviceList, error) {
	devices, err := s.Status.Devices(c.ctx, c.actor)
	if err != nil {
		return DeviceList{}, err
	}
	sessions, err := s.Access.Sessions(c.ctx, c.actor)
	if err != nil {
		return DeviceList{}, err
	}
	list := DeviceList{Devices: []Device{}}
	for _, o := range sessions {
		if d, ok := devices[o.ID]; ok {
			list.Devices = append(list.Devices, Device{hex.EncodeToString(d.ID[:]), o.ID, d.Enrolled, d.Expires, o.ID == c.actor.Session})
		}
	}
	slices.SortStableFunc(list.Devices, func(a, b Device) int { return b.Enrolled.Compare(a.Enrolled) })
	return list, nil
}

type byDevice struct {
	ID string `path:"id" pattern:"^[0-9a-f]{16}$" doc:"16 hexadecimal digits"`
}

func (s *Server) endDevice(c *call, in *byDevice) error {
	id, err := hex.DecodeString(in.ID)
	if err != nil || len(id) != len(healthcode.Device{}.ID) {
		return healthcode.Errorf(healthcode.CodeInvalid, "id", "设备编号有误。", "Write the device's id as 16 hexadecimal digits.")
	}
	return s.Status.EndDevice(c.ctx, c.actor, [8]byte(id))
}
