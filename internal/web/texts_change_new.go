package web

// Texts of proposing a change outside a case.
var (
	textPropose        = say("提出变更", "Propose a change")
	textProposeHow     = say("本人会看到这次查看和这次变更。与健康无关的理由不在列表中，也不能使用。", "The person sees this look, and the change. A reason that has nothing to do with health isn't in the list, and can't be used.")
	textProposeKind    = say("要做什么", "What to do")
	textProposeGo      = say("下一步", "Next")
	textProposeAgain   = say("换一个人或换一项", "Another person, or another change")
	textProposeSend    = say("提出，等第二人同意", "Propose; a second officer has to agree")
	textProposeDone    = say("已提出，等另一位工作人员处理。", "Proposed: it waits for another officer.")
	textProposeNoHold  = say("此人现在没有可以解除的弹窗。", "The person has no hold now that could be lifted.")
	textProposeNoFacts = say("此人没有可以撤回的记录。", "The person has no record that could be retracted.")
	textProposeHold    = say("要解除的弹窗", "The hold to lift")
	textProposeFact    = say("有误的记录", "The record that is wrong")
	textProposeClass   = say("类别", "Class")
	textProposeAnalyte = say("检测项目", "Test")
	textProposePlace   = say("隔离地点", "Where")
	textProposeArea    = say("县（市、区、旗）代码，境外填国家代码", "County code; abroad, the country's code")
	textProposeFrom    = say("开始日期", "From")
	textProposeTo      = say("结束日期", "To")
	textProposeTime    = say("日期", "Day")
	textProposeVenue   = say("起因地点", "The place where all of it began")
	textProposeDay     = say("请填写日期。", "Enter the day.")
)

// Texts of a person's page about what officers have changed.
var (
	textOwnChanges      = say("对您健康码的人工变更", "Changes of your code by hand")
	textOwnChangesLead  = say("工作人员对您的健康码所做的每一次变更都在这里：理由、时间和经手的两个人。", "Every change of your code by officers is here: why, when, and which two people made it.")
	textOwnChangesNone  = say("没有人对您的健康码作过人工变更。", "Nobody has changed your code by hand.")
	textOwnChangesWhen  = say("生效时间", "In force since")
	textOwnChangesBy    = say("提出人、同意人", "Proposed and agreed by")
	textOwnChangesEntry = say("在公开记录中的位置和指纹", "Its place and fingerprint in the public log")
	textOwnChangesSoon  = say("正在写入", "being written")
	textOwnChangesWrong = say("觉得不对？请打开您的办理件补充说明，或在健康码页面对理由提出异议。", "Does it look wrong? Add to your case, or dispute the reason on your code's page.")
)
