package access

import (
	"fmt"

	"healthcode"
	"healthcode/internal/identity"
)

// OneTimeCodes returns the codes of a service. Their key comes from the sealer, under a purpose of the service's own.
func OneTimeCodes(sealer healthcode.Sealer, purpose string) (*identity.OneTimeCodes, error) {
	var key []byte
	for _, part := range []string{"1", "2"} {
		half, err := sealer.Lookup(purpose, part)
		if err != nil {
			return nil, fmt.Errorf("deriving the key of one-time codes: %w", err)
		}
		key = append(key, half...)
	}
	return identity.NewOneTimeCodes(key)
}
