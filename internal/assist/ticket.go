package assist

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"healthcode"
	"healthcode/internal/access"
)

func refused() error {
	return healthcode.Errorf(CodeRefused, "", "没有查到，或没有得到同意。请核对姓名和证件号码；也可以请工作人员在场确认，或打印离线码。",
		"There is no answer: the details may differ, or no consent has reached us. Check name and number, or ask an officer to be present.")
}

func (s *Service) seal(t ticket) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	sealed, err := s.sealer.Seal(plain, sealedFor(t.Helper))
	if err != nil {
		return "", fmt.Errorf("sealing a query: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// open returns a ticket of the helper's own. The error is the same for any that isn't, and for one that is too old.
func (s *Service) open(a healthcode.Actor, sealed string, grant bool) (t ticket, err error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return t, err
	}
	data, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		data, err = s.sealer.Open(data, sealedFor(a.Person))
	}
	if err != nil || json.Unmarshal(data, &t) != nil || t.Grant != grant || !s.clock.Now().Before(t.Until) {
		return t, healthcode.Errorf(healthcode.CodeExpired, "", "这次查询已过期，请重新开始。", "This query is too old; begin anew.")
	}
	return t, nil
}

func sealedFor(helper healthcode.PersonID) []byte {
	return []byte("assisted query of " + helper.String())
}

func (s *Service) hashed(purpose, value string) (string, error) {
	h, err := s.sealer.Lookup(purpose, value)
	return base64.RawURLEncoding.EncodeToString(h), err
}

func newID() string {
	b := make([]byte, 12)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
