package web

import "healthcode"

// Texts of holds: duties, reporting, verification, essential trips.
var (
	textDuties     = say("您需要做到", "What you have to do")
	textLegalBasis = say("依据：%s", "Legal basis: %s")

	textOffice     = say("向社区报到", "Report to the community")
	textOfficeLead = say("不用到现场：点一下，社区就知道您在，并有人联系您。", "You need not come in: press once, and the office knows that you are there and gets in touch.")

	textVerifying    = say("两个条件都满足才结束", "It ends when both are so")
	textPartComplete = say("观察期满", "The observation is complete")
	textPartVerified = say("主管部门核实", "The authority has verified it")
	textPartYes      = say("已满足", "Yes")
	textPartNo       = say("还没有", "Not yet")

	textEssential         = say("申请必要出行", "Apply for an essential trip")
	textEssentialLead     = say("确有必要进（返）京的，请写明理由和日期。工作人员按规定时限书面答复，不用到现场。答复之前，健康码和门口的判断都不变。", "If you must come, say why and on which days. An officer answers in writing within the time that the rules set; you need not come in. Until then your code, and what a door decides, stay as they are.")
	textEssentialReason   = say("理由", "Reason")
	textEssentialFrom     = say("从哪一天", "First day")
	textEssentialUntil    = say("到哪一天", "Last day")
	textEssentialEvidence = say("什么可以证明？（如手术通知、录用通知；写明单位和电话）", "What shows it? (such as a hospital's letter; name whom to call)")
	textEssentialSend     = say("提交申请", "Apply")
	textEssentialGrant    = say("同意必要出行", "Grant the essential trip")
	textEssentialDays     = say("%[1]s 至 %[2]s", "%[1]s to %[2]s")

	essentialReasons = map[string]healthcode.Text{
		"medical":     say("就医", "Medical care"),
		"family":      say("直系亲属急事", "An emergency of close family"),
		"official":    say("法定事务（出庭、考试等）", "A duty under the law (court, examination …)"),
		"work":        say("保障运行的工作", "Work that keeps things running"),
		"return-home": say("回常住地", "Return to where I live"),
	}
)
