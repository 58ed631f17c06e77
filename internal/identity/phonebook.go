package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"healthcode"
)

// PhoneBook is how facts name phones. A carrier sends facts with ids such as
// +8613800000001:2022-04-20, the number and a name of its own; what is stored names the phone by a
// keyed hash, so that the number itself stands in no fact.
type PhoneBook struct {
	Store  healthcode.Phones
	Sealer healthcode.Sealer
}

const phoneName = "phone-"

// Name returns how facts name a number.
func (b PhoneBook) Name(number Phone) (string, error) {
	hash, err := b.Sealer.Lookup("fact.phone", string(number))
	if err != nil {
		return "", fmt.Errorf("naming a phone: %w", err)
	}
	return phoneName + hex.EncodeToString(hash), nil
}

// FactID returns the id under which a carrier's fact is stored. CodeInvalid: it begins with + and isn't a number
// with a name behind it.
func (b PhoneBook) FactID(id string) (string, error) {
	if !strings.HasPrefix(id, "+") {
		return id, nil
	}
	number, rest, ok := strings.Cut(id, ":")
	phone, err := NormalisePhone(number)
	if err != nil || !ok || rest == "" {
		return "", healthcode.Errorf(healthcode.CodeInvalid, "id", "以 + 开头的编号由号码、半角冒号和名称组成，如 +8613800000001:2022-04-20。",
			"an id that begins with + is a number, a colon and a name, such as +8613800000001:2022-04-20")
	}
	name, err := b.Name(phone)
	return name + ":" + rest, err
}

// NamesPhone reports whether a fact's id names the phone that has the name.
func NamesPhone(id, name string) bool {
	rest, ok := strings.CutPrefix(id, name)
	return ok && strings.HasPrefix(rest, ":")
}

// NotTheirs reports whether the person has shown that somebody else uses the phone that a fact's id names.
func (b PhoneBook) NotTheirs(ctx context.Context, person healthcode.PersonID, id string) (bool, error) {
	if !strings.HasPrefix(id, phoneName) {
		return false, nil
	}
	phones, err := b.Store.PhonesOf(ctx, person)
	if err != nil {
		return false, err
	}
	for _, p := range phones {
		if !p.Others() {
			continue
		}
		name, err := b.Name(Phone(p.Number))
		if err != nil || NamesPhone(id, name) {
			return err == nil, err
		}
	}
	return false, nil
}
