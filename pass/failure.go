package pass

// Code says, in a word that stays the same, why a pass was refused.
type Code string

const (
	// NotAPass: the text is no pass at all, is damaged, or breaks the form in the package comment.
	NotAPass Code = "not-a-pass"
	// BadSignature: it names a known key, but that key did not sign it. It is forged.
	BadSignature Code = "bad-signature"
	// UnknownKey: it names a key that is not published, or that may not have signed at that time.
	UnknownKey Code = "unknown-key"
	// Expired: it was a genuine pass.
	Expired Code = "expired"
	// FromTheFuture: it is genuine, but was issued more than Leeway ahead of the clock.
	FromTheFuture Code = "from-the-future"
	// OtherJurisdiction: it says it is from a jurisdiction that is not accepted here. Its signature was not
	// checked.
	OtherJurisdiction Code = "other-jurisdiction"
	// NotTheHolder: of the device-bound form, the credential is genuine, but another device signed it: copied.
	NotTheHolder Code = "not-the-holder"
	// Stale: of the device-bound form, the device signed it too long ago: a picture of it.
	Stale Code = "stale"
)

// Failure is the error of Verifier.Verify.
type Failure struct {
	Code   Code
	Reason string
}

func (f *Failure) Error() string { return "verifying the pass: " + f.Reason }
