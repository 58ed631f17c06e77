// Package issuer keeps the keys that sign travel certificates and health statements.
//
// A key is made in the database, sealed by the vault, or in a PKCS#11 token, which it never leaves. It signs
// from SignFrom to SignUntil, and is published from the moment it has a certificate until that certificate
// ends, so that readers elsewhere know it before it signs and for as long as anything that it signed counts.
// docs/keys.md describes the ceremony.
package issuer
