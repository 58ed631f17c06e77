// Package certificate issues and verifies health certificates that other countries read: the HC1 text of
// a QR code (HCERT: base45, zlib, COSE_Sign1, CWT) around an EU Digital COVID Certificate, a WHO vaccination
// certificate (DVC/ICVP), a WHO test or vaccination record (DDCC) or a health link. It also reads ICAO seals
// (VDS-NC).
//
// It issues strictly and reads liberally. It does no input or output, asks for no clock and keeps no global
// state: the instant, the trust list and every reader are arguments. A Verifier is safe for concurrent use.
//
//	trust, report, err := certificate.ReadTrustList(file)
//	verifier := certificate.Verifier{Trust: trust}
//	result := verifier.Verify(text, at)
//	if !result.OK() { fmt.Println(result.Stage(), result.Failures[0].Reason) }
//
// Sources: the HCERT specification (eHealth Network, 2021) and its WHO edition, RFC 9285 (base45), RFC 9052
// (COSE), RFC 8392 (CWT), the DCC schema 1.3.0, and the WHO DDCC, ICVP and SMART Trust guides.
package certificate
