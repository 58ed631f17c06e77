package web

import (
	"healthcode"
	"healthcode/internal/status"
	"healthcode/pass"
	"healthcode/policy"
)

// verdictWords are read at arm's length: as few words as say it.
var verdictWords = map[policy.Verdict]healthcode.Text{
	policy.Admit:    textVerdictAdmit,
	policy.Measure:  textVerdictMeasure,
	policy.Refer:    textVerdictRefer,
	policy.Refuse:   textVerdictRefuse,
	policy.Advisory: textVerdictAdvisory,
	policy.NotUsed:  textVerdictNotUsed,
}

// failureTexts say why a shown code was not taken, and what to ask for.
var failureTexts = map[pass.Code]healthcode.Text{
	pass.NotAPass:          textFailureNotAPass,
	pass.BadSignature:      textFailureForged,
	pass.UnknownKey:        textFailureForged,
	pass.Expired:           textFailureExpired,
	pass.FromTheFuture:     textFailureClock,
	pass.OtherJurisdiction: textFailureElsewhere,
	status.OfflineVoid:     textFailureVoid,
	status.OfflineUnread:   textFailurePaper,
	pass.NotTheHolder:      textFailureCopied,
	pass.Stale:             textFailureStale,
	status.DeviceEnded:     textFailureDevice,
}

// ground says a ground of a decision. There is no other kind than these: the
// policy's own table is the only place where grounds come from.
func (v view) ground(id string) string {
	switch id {
	case "temperature":
		return v.say(textGroundTemperature, v.policy.FeverAt)
	case "no-code":
		return v.say(textGroundNoCode)
	}
	return v.say(textGroundState, v.say(v.state(id).Name))
}

// verdict says a decision that was stored; one that only an earlier version knew by its own word.
func (v view) verdict(id string) string {
	if word, ok := verdictWords[policy.Verdict(id)]; ok {
		return v.say(word)
	}
	return id
}
