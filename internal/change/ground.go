package change

import (
	"slices"

	"healthcode"
)

// Ground is why a code may be changed by hand. Each is a matter of health or of a
// wrong record: what isn't in this list is no reason.
type Ground string

// The grounds.
const (
	GroundNoLink       Ground = "no-link"           // checked: no link to a case or a place at risk
	GroundNotMine      Ground = "not-my-phone"      // the number is used by somebody else
	GroundNotTravelled Ground = "ticket-refunded"   // bought, and never travelled
	GroundNegative     Ground = "negative-result"   // a negative result that the hold asks for
	GroundRecordError  Ground = "record-error"      // mis-keyed, of another person, or twice
	GroundDeadline     Ground = "deadline-passed"   // the office let the last deadline pass
	GroundCompleted    Ground = "measures-complete" // what was ordered is done, and verified
	GroundConfirmed    Ground = "confirmed-case"
	GroundContact      Ground = "close-contact"
	GroundAssociation  Ground = "association" // was at a place with a case at the same time
	GroundQuarantine   Ground = "quarantine-order"
	GroundPositive     Ground = "positive-result"
	GroundStay         Ground = "stay-verified" // an officer has verified where the person was
)

// GroundInfo describes a ground.
type GroundInfo struct {
	Ground Ground
	Text   healthcode.Text
	Kinds  []healthcode.Kind // of fact that it can be the ground of
	// Favour says that it only ever ends something.
	Favour bool
}

var ends = []healthcode.Kind{healthcode.KindLift, healthcode.KindRetraction}

// Grounds lists every ground, in the order in which a form offers them.
var Grounds = []GroundInfo{
	{GroundNoLink, healthcode.Text{ZH: "经核实，与病例和风险地区无关联", EN: "Checked: no link to a case or an area at risk"}, ends, true},
	{GroundNotMine, healthcode.Text{ZH: "手机号由他人使用", EN: "The phone number is used by somebody else"}, ends, true},
	{GroundNotTravelled, healthcode.Text{ZH: "车票已退，没有出行", EN: "The ticket was returned; no journey was made"}, ends, true},
	{GroundNegative, healthcode.Text{ZH: "检测结果为阴性", EN: "A negative result"}, ends, true},
	{GroundRecordError, healthcode.Text{ZH: "记录有误", EN: "The record is wrong"}, []healthcode.Kind{healthcode.KindRetraction}, true},
	{GroundDeadline, healthcode.Text{ZH: "办理期限已过，按有利于本人处理", EN: "The office's last deadline has passed; decided in the person's favour"}, ends, true},
	{GroundCompleted, healthcode.Text{ZH: "要求的措施已经完成并核实", EN: "The measures asked for are complete and verified"},
		[]healthcode.Kind{healthcode.KindLift, healthcode.KindRetraction, healthcode.KindQuarantine}, false},
	{GroundConfirmed, healthcode.Text{ZH: "诊断结果", EN: "A diagnosis"}, []healthcode.Kind{healthcode.KindDiagnosis}, false},
	{GroundContact, healthcode.Text{ZH: "流行病学调查认定的接触者", EN: "A contact, found by an epidemiological investigation"}, []healthcode.Kind{healthcode.KindContact}, false},
	{GroundAssociation, healthcode.Text{ZH: "与病例时空关联", EN: "At a place at the same time as a case"}, []healthcode.Kind{healthcode.KindContact}, false},
	{GroundQuarantine, healthcode.Text{ZH: "依法作出的隔离观察决定", EN: "An order of quarantine or observation"}, []healthcode.Kind{healthcode.KindQuarantine}, false},
	{GroundPositive, healthcode.Text{ZH: "检测结果为阳性", EN: "A positive result"}, []healthcode.Kind{healthcode.KindTest}, false},
	{GroundStay, healthcode.Text{ZH: "工作人员核实的行程", EN: "A stay that an officer has verified"}, []healthcode.Kind{healthcode.KindStay}, false},
}

// Info returns what a ground is; ok is false for one that isn't in the list.
func (g Ground) Info() (info GroundInfo, ok bool) {
	i := slices.IndexFunc(Grounds, func(i GroundInfo) bool { return i.Ground == g })
	if i < 0 {
		return info, false
	}
	return Grounds[i], true
}
