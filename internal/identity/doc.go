// Package identity knows who a person is: the rules of document numbers, names,
// machine readable zones, photographs of key pages, phone numbers and one-time
// codes, and who may act for whom.
//
// Everything in these files is pure: no storage, no clock. Days are [Date]s of
// the jurisdiction's calendar, and a time.Time called now carries the
// jurisdiction's time zone. Every refusal is a [healthcode.Error] with a stable
// code, the field at fault, and a Chinese and an English text that says what to
// do; none of them repeats a number, a name or a phone, so all may be logged.
package identity
