package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"healthcode"
)

// callingCodes are the country codes of ITU-T E.164 under which people have
// phones. None begins with another.
const callingCodes = " 1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58" +
	" 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98" +
	" 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239" +
	" 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269" +
	" 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 379" +
	" 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599" +
	" 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692" +
	" 850 852 853 855 856 870 880 881 882 883 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977" +
	" 992 993 994 995 996 998 "

// leadingZero are the country codes after which a number may begin with 0.
// Elsewhere that 0 is for calls within the country, and no message arrives.
const leadingZero = " 39 225 241 242 378 379 "

const fieldPhone = "phone"

// The codes with which a phone number is refused.
const (
	CodePhoneEmpty      healthcode.Code = "phone_empty"
	CodePhoneCharacters healthcode.Code = "phone_characters"
	CodePhoneMainland   healthcode.Code = "phone_mainland"
	CodePhoneForeign    healthcode.Code = "phone_foreign"
)

var phoneRefusals = map[healthcode.Code]refusal{
	CodePhoneEmpty: {healthcode.CodeInvalid,
		"请填写能收短信的手机号码。",
		"Enter a mobile number that can receive text messages."},
	CodePhoneCharacters: {healthcode.CodeInvalid,
		"手机号码只能包含数字和开头的 +。请去掉分机号和其他符号。",
		"A phone number has digits only, and a + in front. Leave out extensions and other signs."},
	CodePhoneMainland: {healthcode.CodeInvalid,
		"这不是有效的大陆手机号码：应为 11 位，以 13 至 19 开头，不能是固定电话。境外号码请在前面加 + 和国家（地区）代码，如 +852。",
		"That isn't a mainland mobile number: 11 digits that begin with 13 to 19, not a landline. For a number from elsewhere, begin with + and the country code, such as +852."},
	CodePhoneForeign: {healthcode.CodeInvalid,
		"这个境外号码的位数或国家（地区）代码不对。格式：+ 国家（地区）代码 号码，如 +852 5123 4567。",
		"The country code or the length of this number is wrong. Write +, country code, number, such as +852 5123 4567."},
}

// Phone is a phone number in the form of E.164: +, country code, number.
type Phone string

// NormalisePhone checks a phone number as a person types it: a mainland mobile
// number with or without +86, or any other number with + (or 00) and its
// country code. Brackets, dots, dashes and spaces don't matter.
func NormalisePhone(typed string) (Phone, error) {
	if len(typed) > maxTyped {
		return "", refuse(CodePhoneCharacters, fieldPhone)
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(norm.NFKC.String(typed), "(0)", "") {
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Dash, r), r == '(', r == ')', r == '.', r == '/':
		default:
			return "", refuse(CodePhoneCharacters, fieldPhone)
		}
	}
	digits, international := strings.CutPrefix(b.String(), "+")
	if !international {
		digits, international = strings.CutPrefix(digits, "00")
	}
	if digits == "" {
		return "", refuse(CodePhoneEmpty, fieldPhone)
	}
	if !international || strings.HasPrefix(digits, "86") {
		if len(digits) == 13 {
			digits = strings.TrimPrefix(digits, "86")
		}
		if len(digits) != 11 || digits[0] != '1' || digits[1] < '3' {
			return "", refuse(CodePhoneMainland, fieldPhone)
		}
		return Phone("+86" + digits), nil
	}
	code := callingCode(digits)
	rest := digits[len(code):]
	if code == "" || len(digits) > 15 || len(rest) < 4 ||
		rest[0] == '0' && !strings.Contains(leadingZero, " "+code+" ") {
		return "", refuse(CodePhoneForeign, fieldPhone)
	}
	return Phone("+" + digits), nil
}

// callingCode returns the country code with which a number begins, or "".
func callingCode(digits string) string {
	for n := 1; n <= 3 && n <= len(digits); n++ {
		if strings.Contains(callingCodes, " "+digits[:n]+" ") {
			return digits[:n]
		}
	}
	return ""
}

// Mainland reports whether the number is a mainland mobile number.
func (p Phone) Mainland() bool { return strings.HasPrefix(string(p), "+86") }

// Masked returns the number as it may be shown on a screen that others see:
// 138****0001, or +852 ****4567. Short numbers show fewer digits.
func (p Phone) Masked() string {
	digits := strings.TrimPrefix(string(p), "+")
	code := callingCode(digits)
	rest := digits[len(code):]
	if code == "86" && len(rest) == 11 {
		return rest[:3] + "****" + rest[7:]
	}
	shown := min(4, len(rest)/2)
	return "+" + code + " ****" + rest[len(rest)-shown:]
}
