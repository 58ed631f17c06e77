package certificate

import (
	"errors"
	"fmt"
)

// Stage names the check that a certificate failed. The order of the constants is the order of the checks.
type Stage string

const (
	NotHC1          Stage = "not-hc1"          // the text is something else than an HC1 code
	Base45          Stage = "base45"           // not base45
	Zlib            Stage = "zlib"             // not a zlib stream, or one that inflates too far
	COSE            Stage = "cose"             // not a signed message with CWT claims
	UnknownKey      Stage = "unknown-key"      // no trusted key has the key id
	Signature       Stage = "signature"        // none of the keys with that id made the signature
	Expired         Stage = "expired"          // past its end, or its end is past its signer's
	NotYetValid     Stage = "not-yet-valid"    // before its issue, or issued before its signer existed
	KeyUsage        Stage = "key-usage"        // the signer may not sign this kind of certificate
	Schema          Stage = "schema"           // the content has not the shape its format asks
	BrokenRule      Stage = "rule"             // a rule of the verifier is not met
	Revoked         Stage = "revoked"          // on a revocation list
	CannotAscertain Stage = "cannot-ascertain" // a check could not be made, so nothing is proven
)

// Failure is one check that a certificate did not pass. It is the error type of this package's readers.
type Failure struct {
	Stage  Stage  `json:"stage"`
	Reason string `json:"reason"`
	cause  error
}

func (f *Failure) Error() string {
	return fmt.Sprintf("verifying the certificate: %s: %s", f.Stage, f.Reason)
}

func (f *Failure) Unwrap() error { return f.cause }

func fail(stage Stage, format string, args ...any) *Failure {
	return &Failure{Stage: stage, Reason: fmt.Sprintf(format, args...)}
}

func failWith(stage Stage, cause error) *Failure {
	return &Failure{Stage: stage, Reason: cause.Error(), cause: cause}
}

// asFailure gives err the stage unless it carries one of its own.
func asFailure(stage Stage, err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return failWith(stage, err)
}
