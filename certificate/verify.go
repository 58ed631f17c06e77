package certificate

import (
	"fmt"
	"time"
)

// Rule is a check of a verifier's own. A returned *Failure keeps its stage; any other error is BrokenRule.
// A rule must be pure and safe for concurrent use.
type Rule func(d *Document, at time.Time) error

// Verifier checks certificates against a trust list. The zero value trusts nobody.
type Verifier struct {
	Trust *TrustList
	// ClockError is how far the verifier's clock may be off before a certificate counts as issued in the
	// future. Zero allows nothing.
	ClockError time.Duration
	// Revoked says whether a certificate is on a revocation list; nil means no list is kept. An error makes
	// the result CannotAscertain.
	Revoked func(RevocationHashes) (bool, error)
	// Rules are checked in order after everything else about the certificate holds or not.
	Rules []Rule
}

// Result is what a verification found.
type Result struct {
	Document *Document // nil when the text could not be taken apart
	Signer   *Key      // the trusted key that made the signature; nil when none did
	Failures []*Failure
}

// OK reports whether every check was passed.
func (r *Result) OK() bool { return len(r.Failures) == 0 }

// Stage gives the first check that was not passed; empty when all were.
func (r *Result) Stage() Stage {
	if r.OK() {
		return ""
	}
	return r.Failures[0].Stage
}

// Verify checks an HC1 text, or an ICAO seal, as of the instant. All checks that can be made are made, so that a holder
// learns everything that is wrong at once; the order of Failures is the order of the stages.
func (v *Verifier) Verify(text string, at time.Time) *Result {
	d, failure := decode(text)
	if failure != nil {
		return &Result{Failures: []*Failure{failure}}
	}
	return v.VerifyDocument(d, at)
}

// VerifyDocument is Verify for a document that Decode returned.
func (v *Verifier) VerifyDocument(d *Document, at time.Time) *Result {
	keys := v.Trust.Lookup(d.Message.KeyID)
	if d.Format == FormatSMART {
		keys = d.smartKeys(keys)
	}
	if len(keys) == 0 && d.certificate != nil {
		keys = v.Trust.vouchedFor(d.certificate)
	}
	if len(keys) == 0 {
		return &Result{Document: d, Failures: append([]*Failure{v.unknownKey(d)}, v.checks(d, nil, at)...)}
	}
	var best *Result
	var lastError error
	for _, key := range keys {
		if err := verifySignature(d.Message, key.Public); err != nil {
			lastError = err
			continue
		}
		r := &Result{Document: d, Signer: key, Failures: v.checks(d, key, at)}
		if best == nil || len(r.Failures) < len(best.Failures) {
			best = r
		}
	}
	if best == nil {
		failures := append([]*Failure{failWith(Signature, lastError)}, v.checks(d, nil, at)...)
		return &Result{Document: d, Failures: failures}
	}
	return best
}

func (v *Verifier) unknownKey(d *Document) *Failure {
	switch {
	case len(d.Message.KeyID) == 0:
		return fail(UnknownKey, "the certificate names no key")
	case v.Trust.Len() == 0:
		return fail(UnknownKey, "there is no trust list to look up key %x in", d.Message.KeyID)
	}
	return fail(UnknownKey, "key %x is not among the %d trusted ones: update the trust list, or treat the certificate as unsigned", d.Message.KeyID, v.Trust.Len())
}

// checks makes every check but the signature's. key is nil where no signature holds.
func (v *Verifier) checks(d *Document, key *Key, at time.Time) []*Failure {
	var failures []*Failure
	add := func(f *Failure) {
		if f != nil {
			failures = append(failures, f)
		}
	}
	add(checkEnd(d, key, at))
	add(checkBegin(d, key, at, v.ClockError))
	if kind := d.kind(); key != nil && !key.Usage.Allows(kind) {
		add(fail(KeyUsage, "the signer's certificate does not allow it to sign this kind of certificate"))
	}
	add(d.checkSchema(readLiberally))
	for _, rule := range v.Rules {
		if err := rule(d, at); err != nil {
			add(asFailure(BrokenRule, err))
		}
	}
	if v.Revoked != nil {
		revoked, err := v.Revoked(d.RevocationHashes())
		if err != nil {
			add(failWith(CannotAscertain, fmt.Errorf("looking the certificate up in the revocation list: %w", err)))
		} else if revoked {
			add(fail(Revoked, "its issuer has revoked the certificate"))
		}
	}
	return failures
}
