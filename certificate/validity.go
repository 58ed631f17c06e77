package certificate

import (
	"time"
)

const shown = "2006-01-02 15:04:05 MST"

// checkEnd applies the HCERT rule that a certificate ends with exp, and must not outlive its signer.
func checkEnd(d *Document, key *Key, at time.Time) *Failure {
	if !d.Expires.IsZero() && at.After(d.Expires) {
		return fail(Expired, "the certificate ended at %s", d.Expires.Format(shown))
	}
	if key != nil && !key.NotAfter.IsZero() {
		if at.After(key.NotAfter) {
			return fail(Expired, "its signer's own certificate ended at %s", key.NotAfter.Format(shown))
		}
		if d.Expires.After(key.NotAfter) {
			return fail(Expired, "the certificate claims to hold until %s, past the end of its signer's own at %s", d.Expires.Format(shown), key.NotAfter.Format(shown))
		}
	}
	if end := d.contentEnd(at.Location()); !end.IsZero() && !at.Before(end) {
		return fail(Expired, "what it certifies ended at %s", end.Format(shown))
	}
	return nil
}

// checkBegin applies the rule that a certificate begins with iat, and no earlier than its signer.
func checkBegin(d *Document, key *Key, at time.Time, clockError time.Duration) *Failure {
	latest := at.Add(clockError)
	if d.IssuedAt.After(latest) {
		ahead := max(time.Second, d.IssuedAt.Sub(at).Round(time.Second))
		if ahead <= time.Hour {
			return fail(NotYetValid, "it was issued %s after the time that this clock shows: check the clock", ahead)
		}
		return fail(NotYetValid, "the certificate begins at %s", d.IssuedAt.Format(shown))
	}
	if d.NotBefore.After(latest) {
		return fail(NotYetValid, "the certificate begins at %s", d.NotBefore.Format(shown))
	}
	if key != nil && !key.NotBefore.IsZero() {
		if key.NotBefore.After(latest) {
			return fail(NotYetValid, "its signer's own certificate begins at %s", key.NotBefore.Format(shown))
		}
		if !d.IssuedAt.IsZero() && d.IssuedAt.Before(key.NotBefore) {
			return fail(NotYetValid, "it was issued at %s, before its signer's own certificate began at %s", d.IssuedAt.Format(shown), key.NotBefore.Format(shown))
		}
	}
	if begin := d.contentBegin(at.Location()); begin.After(at) {
		return fail(NotYetValid, "what it certifies begins at %s", begin.Format(shown))
	}
	return nil
}
