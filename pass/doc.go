// Package pass mints and verifies the health pass: a short text, shown as a QR code, that lets a door
// learn a person's state without a connection, and nothing more about the person than a masked name.
//
// # Form
//
// A pass is a CBOR Web Token (RFC 8392) in a tagged COSE_Sign1 message (RFC 9052), signed with Ed25519, in
// base45 (RFC 9285) after a prefix. All of it is in the alphanumeric mode of QR codes. In CDDL:
//
//	text      = "HCP1:" base45(message)        ; message: at most 199 bytes
//	message   = #6.18([protected, {}, payload, signature])
//	protected = << { 1: -8, 4: bstr .size 4 } >> ; EdDSA; key id
//	payload   = << {
//	  1: tstr,                                 ; iss: jurisdiction, 1 to 16 of a-z, 0-9 and -
//	  4: uint .size 4,                         ; exp: seconds since 1970
//	  6: uint .size 4,                         ; iat: seconds since 1970
//	  7: bstr .size 40,                        ; cti: pass id
//	  -65537: [
//	    tstr,                                  ; state, 1 to 12 of a-z, 0-9 and -
//	    tstr,                                  ; masked name, see MaskName
//	    uint,                                  ; flags: 1 shown by another, 2 identity not yet checked
//	    uint .size 4 / null                    ; when the state ends, seconds since 1970
//	  ]
//	} >>
//
// The encoding is deterministic (RFC 8949, section 4.2.1) and exact: anything missing, added, or written in
// another way is not a pass. So each pass has one text, and no byte of it is unsigned but the signature itself.
//
// # Pass id
//
// The pass id is 8 random bytes and the person id encrypted under them with AES-SIV (RFC 5297), by a key
// that only the issuer has and that rotates with the signing key. Two passes of one person have nothing in common
// but what a door is shown: jurisdiction, state, end of the state, masked name and flags.
//
// # Reserved
//
// The device-bound form will have the prefix "HCP2:". It shows a credential and a fresh time, signed by the
// holder's device. The credential is as above, with two differences: claim 8 (cnf, RFC 8747) holds the
// device's public key as {1: COSE_Key}, and exp may lie days ahead. This is why a pass with claim 8 is
// refused here: without the holder's signature a photograph of it would do. Elements after the fourth of
// claim -65537, flags from 4 on, and header parameters other than 1 and 4 are reserved for such later forms too.
package pass
