package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"time"

	"healthcode"
)

// What a one-time code is worth. With [Limits] it allows at most 50 guesses per
// phone and day, one chance in 20,000.
const (
	CodeLifetime = 5 * time.Minute
	CodeTries    = 5
	codeDigits   = 6
)

const fieldCode = "code"

// The codes with which a one-time code is refused, and those of [Limits].
const (
	CodeOneTimeForm    healthcode.Code = "code_form"
	CodeOneTimeWrong   healthcode.Code = "code_wrong"
	CodeOneTimeExpired healthcode.Code = "code_expired"
	CodeOneTimeTries   healthcode.Code = "code_tries"
	CodeTooOften       healthcode.Code = "too_often"
)

var codeRefusals = map[healthcode.Code]refusal{
	CodeOneTimeForm: {healthcode.CodeInvalid,
		"验证码为 6 位数字。请输入短信中的 6 位数字。",
		"The code has 6 digits. Enter the 6 digits of the message."},
	CodeOneTimeWrong: {healthcode.CodeInvalid,
		"验证码不对，还可以试 %[1]d 次。请核对最近一条短信。",
		"That isn't the code. You can try %[1]d more times; check the latest message."},
	CodeOneTimeExpired: {healthcode.CodeExpired,
		"验证码已过期（有效 5 分钟）。请重新获取。",
		"The code has expired; it lasts 5 minutes. Ask for a new one."},
	CodeOneTimeTries: {healthcode.CodeTooMany,
		"验证码输错次数过多，已作废。请重新获取。",
		"There were too many wrong tries and the code is void. Ask for a new one."},
	CodeTooOften: {healthcode.CodeTooMany,
		"操作过于频繁，请在 %[1]s后再试。急需通行时，请让门口的工作人员登记。",
		"That was done too often. Try again in %[2]s. If you need to pass a door now, ask its staff to register you by hand."},
}

// OneTimeCodes issues and checks one-time codes with a secret key.
type OneTimeCodes struct{ key []byte }

// NewOneTimeCodes takes a key of at least 32 bytes.
func NewOneTimeCodes(key []byte) (*OneTimeCodes, error) {
	if len(key) < 32 {
		return nil, fmt.Errorf("one-time codes: the key has %d bytes, want at least 32", len(key))
	}
	return &OneTimeCodes{key: append([]byte(nil), key...)}, nil
}

// Issue returns a new code of 6 digits to send, and what is stored of it. About
// names what the code is for, purpose and person or phone, as a keyed hash.
func (c *OneTimeCodes) Issue(about string, now time.Time) (string, healthcode.OneTimeCode, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", healthcode.OneTimeCode{}, fmt.Errorf("issuing a one-time code: %w", err)
	}
	code := fmt.Sprintf("%0*d", codeDigits, n)
	return code, healthcode.OneTimeCode{
		Key: about, Hash: c.hash(about, code), Sent: now, Expires: now.Add(CodeLifetime),
	}, nil
}

// Verify checks a code as typed against the stored one as it was before this
// try, whose Tries are the earlier ones. After nil the caller deletes it, so
// that a code works once. Errors: code_form (which needn't count as a try),
// code_wrong, code_expired, code_tries.
func (c *OneTimeCodes) Verify(stored healthcode.OneTimeCode, typed string, now time.Time) error {
	if !now.Before(stored.Expires) {
		return refuse(CodeOneTimeExpired, fieldCode)
	}
	if stored.Tries >= CodeTries {
		return refuse(CodeOneTimeTries, fieldCode)
	}
	code, err := NormaliseCode(typed)
	if err != nil {
		return err
	}
	if !hmac.Equal(c.hash(stored.Key, code), stored.Hash) {
		if left := CodeTries - 1 - stored.Tries; left > 0 {
			return refuse(CodeOneTimeWrong, fieldCode, left)
		}
		return refuse(CodeOneTimeTries, fieldCode)
	}
	return nil
}

// NormaliseCode returns the 6 digits of a one-time code as typed, without spaces
// and dashes and with plain digits for full-width ones.
func NormaliseCode(typed string) (string, error) {
	if len(typed) > maxTyped {
		return "", refuse(CodeOneTimeForm, fieldCode)
	}
	code := normaliseNumber(typed)
	if len(code) != codeDigits || !isDigits(code) {
		return "", refuse(CodeOneTimeForm, fieldCode)
	}
	return code, nil
}

// hash binds a code to what it is for: a stored hash is of no use for anything else.
func (c *OneTimeCodes) hash(about, code string) []byte {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte("one-time code\x00" + code + "\x00" + about))
	return mac.Sum(nil)
}
