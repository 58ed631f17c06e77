// Package pkcs11 signs with keys that a PKCS#11 token holds and never gives away: a hardware security module, a
// smart card, or SoftHSM in the tests. It needs no C compiler; a build with the tag nopkcs11 leaves it out, and
// with it the need for the system's C library. docs/decisions/0180 has the reasons.
package pkcs11

import (
	"errors"
	"fmt"
)

// Config says where the token is.
type Config struct {
	Module string // path of the vendor's library, such as /usr/lib/softhsm/libsofthsm2.so
	Token  string // label of the token
	PIN    string // of its user
}

// Errors that a caller can act on. Each is wrapped with what to do.
var (
	ErrPIN   = errors.New("the token refuses the PIN")
	ErrGone  = errors.New("the token isn't there")
	ErrNoKey = errors.New("the token holds no such key")
)

// returnValue is a CK_RV other than CKR_OK.
type returnValue uintptr

func (r returnValue) Error() string {
	if name, ok := returnNames[r]; ok {
		return name
	}
	return fmt.Sprintf("CKR 0x%x", uintptr(r))
}

// Return values that are told apart.
const (
	rvGeneral          returnValue = 0x05
	rvDeviceError      returnValue = 0x30
	rvDeviceRemoved    returnValue = 0x32
	rvKeyHandle        returnValue = 0x60
	rvMechanism        returnValue = 0x70
	rvObjectHandle     returnValue = 0x82
	rvPINIncorrect     returnValue = 0xa0
	rvPINInvalid       returnValue = 0xa1
	rvPINLength        returnValue = 0xa2
	rvPINLocked        returnValue = 0xa4
	rvSessionClosed    returnValue = 0xb0
	rvSessionHandle    returnValue = 0xb3
	rvTokenNotPresent  returnValue = 0xe0
	rvAlreadyLoggedIn  returnValue = 0x100
	rvNotLoggedIn      returnValue = 0x101
	rvAlreadyInitiated returnValue = 0x191
)

var returnNames = map[returnValue]string{
	rvGeneral: "CKR_GENERAL_ERROR", rvDeviceError: "CKR_DEVICE_ERROR", rvDeviceRemoved: "CKR_DEVICE_REMOVED", rvKeyHandle: "CKR_KEY_HANDLE_INVALID",
	rvMechanism: "CKR_MECHANISM_INVALID", rvObjectHandle: "CKR_OBJECT_HANDLE_INVALID", rvPINIncorrect: "CKR_PIN_INCORRECT", rvPINInvalid: "CKR_PIN_INVALID",
	rvPINLength: "CKR_PIN_LEN_RANGE", rvPINLocked: "CKR_PIN_LOCKED", rvSessionClosed: "CKR_SESSION_CLOSED", rvSessionHandle: "CKR_SESSION_HANDLE_INVALID",
	rvTokenNotPresent: "CKR_TOKEN_NOT_PRESENT", rvNotLoggedIn: "CKR_USER_NOT_LOGGED_IN",
}

// explain puts a return value into words that say what to do.
func explain(err error) error {
	var rv returnValue
	if !errors.As(err, &rv) {
		return err
	}
	switch rv {
	case rvPINIncorrect, rvPINInvalid, rvPINLength:
		return fmt.Errorf("%w (%v): check the PIN; after a few wrong ones the token locks itself", ErrPIN, rv)
	case rvPINLocked:
		return fmt.Errorf("%w (%v): too many wrong ones; its security officer must unlock it", ErrPIN, rv)
	case rvDeviceRemoved, rvTokenNotPresent, rvDeviceError, rvSessionHandle, rvSessionClosed, rvGeneral:
		return fmt.Errorf("%w (%v): plug it in or start it, and try again", ErrGone, rv)
	case rvMechanism:
		return fmt.Errorf("the token doesn't know this kind of key (%v): choose another algorithm", rv)
	}
	return err
}
