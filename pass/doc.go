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
// # The device-bound form
//
// A pass that a device signs anew each time it is shown, so that it is fresh without asking the issuer. The
// issuer signs a credential, which holds a public key of the device (RFC 8747) and lives for hours; the device
// adds the time and its own signature. In CDDL:
//
//	text         = "HCP2:" base45(presentation) ; presentation: at most 316 bytes
//	presentation = [credential, time, signature]
//	credential   = #6.18([protected, {}, payload, signature]) ; as message above, with one claim more:
//	                                            ;   8: {1: {1: 2, -1: 1, -2: bstr .size 32, -3: bool}}
//	                                            ; cnf: a COSE_Key of P-256, x and whether y is odd
//	time         = uint .size 4                 ; when the device signed, seconds since 1970, in 5 bytes always
//	signature    = bstr .size 64                ; ES256
//
// The device's signature is that of a COSE_Sign1 message with the protected header {1: -7}, the SHA-256 of the
// credential as external data, and the time as payload.
//
// Exp of a credential is at most 12 hours after iat, and iat is rounded down to whole five minutes. The time lies
// from iat to before exp. A verifier takes a presentation for 55 seconds after its time, and 5 seconds before it: so
// a picture dies within a minute, whatever the clock of the device says. A device signs every 30 seconds.
//
// The pass id of a credential is the person id and the id of the device, encrypted with AES-SIV under the same key
// with the holder's key (33 bytes, compressed) as associated data. A device has several credentials, each with a key of
// its own: two of them have in common only what is listed above, and iat and exp.
//
// An ECDSA signature has two forms, so a text is not the only one of its presentation. Whoever has to know
// whether two are the same compares pass id and time.
//
// # Reserved
//
// Elements after the fourth of claim -65537, flags from 4 on, and header parameters other than 1 and 4 are reserved
// for later forms. A credential with claim 8 is refused under HCP1: without the device's signature a photograph of it
// would do.
package pass
