package issuer

import (
	"context"
	"fmt"
	"time"

	"healthcode"
)

// Rotate makes the next key of a use, like the one that signs now. It is published at once and begins to
// sign at from, when readers elsewhere have had time to fetch it; the one before signs until then, and stays
// published for as long as anything that it signed counts. The new key is certified where the authority is
// ours; else it waits for its certificate, and the old one goes on.
func (k *Keys) Rotate(ctx context.Context, use Use, from time.Time) (Key, error) {
	all, err := k.List(ctx)
	if err != nil {
		return Key{}, err
	}
	now := k.clock.Now()
	old := signing(all, use, now)
	if old == nil {
		return Key{}, healthcode.Errorf(healthcode.CodeNotFound, "use", "没有可轮换的密钥", "no key of the use %s signs now: make one with healthcode keys generate", use)
	}
	if from.Before(now) || from.After(old.SignUntil) {
		return Key{}, invalid("from", "开始时间不对", "the next key must begin between now and %s, when the one before stops", old.SignUntil.Format(time.RFC3339))
	}
	next, err := k.Generate(ctx, Order{Use: use, Algorithm: old.Algorithm, Token: old.Token, Demo: old.Demo, From: from, For: old.SignUntil.Sub(old.SignFrom)})
	if err != nil || use == Authority || signing(all, Authority, now) == nil {
		return next, err
	}
	return k.Certify(ctx, next.Name)
}

// Retire ends a key's signing now. What it signed goes on to count, unless the key is compromised: then it
// is published no more, and nothing that it signed counts.
func (k *Keys) Retire(ctx context.Context, name string, compromised bool) (Key, error) {
	all, err := k.List(ctx)
	if err != nil {
		return Key{}, err
	}
	key, err := find(all, name)
	if err != nil {
		return Key{}, err
	}
	now := k.clock.Now()
	key.SignUntil = earlier(key.SignUntil, now)
	if compromised && key.Withdrawn.IsZero() {
		key.Withdrawn = now
	}
	return *key, k.put(ctx, key)
}

// EnsureDemo makes an authority and a key of each use where there is none. They say that they are a demo's.
func (k *Keys) EnsureDemo(ctx context.Context) error {
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	for _, use := range Uses {
		if signing(all, use, k.clock.Now()) != nil {
			continue
		}
		key, err := k.Generate(ctx, Order{Use: use, Demo: true})
		if err == nil && use != Authority {
			_, err = k.Certify(ctx, key.Name)
		}
		if err != nil {
			return fmt.Errorf("making the keys of the demo: %w", err)
		}
	}
	return nil
}
