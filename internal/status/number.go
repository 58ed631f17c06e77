package status

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"healthcode"
	"healthcode/internal/access"
	"healthcode/internal/identity"
)

// A number stands in for a pass where a door has no camera: the holder asks for
// it and reads it out. It works for two minutes.
const (
	numberDigits = 8
	numberLife   = 2 * time.Minute
)

// CodeNumber is the error of a number that stands for nobody, or no longer.
const CodeNumber healthcode.Code = "unknown_number"

// Ticket is what a number stands for.
type Ticket struct {
	Person       healthcode.PersonID
	Jurisdiction string
	Name         string // masked
	Unchecked    bool
	Issued       time.Time
}

// ParseNumber returns the digits of a number as typed; ok is false for anything else.
func ParseNumber(typed string) (number string, ok bool) {
	number = strings.NewReplacer(" ", "", "-", "").Replace(typed)
	return number, len(number) == numberDigits && strings.Trim(number, "0123456789") == ""
}

// Number returns a number to read out at a door, and when it ends.
func (s *Service) Number(ctx context.Context, a healthcode.Actor, jurisdiction string) (string, time.Time, error) {
	if err := access.Require(a, healthcode.RoleResident); err != nil {
		return "", time.Time{}, err
	}
	person, err := s.registered(ctx, a.Person, jurisdiction)
	if err != nil {
		return "", time.Time{}, err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", time.Time{}, err
	}
	number, now := fmt.Sprintf("%0*d", numberDigits, n), s.clock.Now()
	plain, err := json.Marshal(Ticket{a.Person, jurisdiction, mask(person.Name), person.Identity != healthcode.IdentityChecked, now.Truncate(time.Second)})
	if err != nil {
		return "", time.Time{}, err
	}
	key, err := s.numberKey(number)
	if err != nil {
		return "", time.Time{}, err
	}
	sealed, err := s.sealer.Seal(plain, []byte(key))
	if err != nil {
		return "", time.Time{}, err
	}
	until := now.Add(numberLife)
	if err := s.store.PutCode(ctx, healthcode.OneTimeCode{Key: key, Hash: sealed, Sent: now, Expires: until}); err != nil {
		return "", time.Time{}, fmt.Errorf("keeping a number: %w", err)
	}
	return number, until, nil
}

// Resolve returns what a number stands for in the jurisdiction of the staff who typed it. CodeNumber; CodeTooOften
// where they typed too many wrong ones: a signed-in door must not find people by trying.
func (s *Service) Resolve(ctx context.Context, a healthcode.Actor, number string) (Ticket, error) {
	who := map[identity.Per]string{identity.PerStaff: a.Staff}
	if err := s.limiter.Barred(ctx, identity.ActionTryNumber, who); err != nil {
		return Ticket{}, err
	}
	t, err := s.resolve(ctx, number, a.Jurisdiction)
	if healthcode.CodeOf(err) == CodeNumber && err != nil {
		if failed := s.limiter.Failed(ctx, identity.ActionTryNumber, who); failed != nil {
			return t, failed
		}
	}
	return t, err
}

func (s *Service) resolve(ctx context.Context, number, jurisdiction string) (Ticket, error) {
	var t Ticket
	unknown := healthcode.Errorf(CodeNumber, "code", "号码不对或已过期。", "The number is wrong or has expired.")
	key, err := s.numberKey(number)
	if err != nil {
		return t, err
	}
	code, err := s.store.TryCode(ctx, key)
	if err != nil {
		if healthcode.CodeOf(err) == healthcode.CodeNotFound {
			return t, unknown
		}
		return t, fmt.Errorf("reading a number: %w", err)
	}
	plain, err := s.sealer.Open(code.Hash, []byte(key))
	if err != nil {
		return t, fmt.Errorf("opening a number: %w", err)
	}
	if err := json.Unmarshal(plain, &t); err != nil {
		return t, fmt.Errorf("reading a number: %w", err)
	}
	if t.Jurisdiction != jurisdiction || !s.clock.Now().Before(code.Expires) {
		return t, unknown
	}
	return t, nil
}

func (s *Service) numberKey(number string) (string, error) {
	h, err := s.sealer.Lookup("door number", number)
	return base64.RawURLEncoding.EncodeToString(h), err
}
