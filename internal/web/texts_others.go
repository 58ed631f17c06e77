package web

import "healthcode"

// Texts of acting for others.
var (
	textOthersLead      = say("您最多可以为 %d 人出示健康码。须经本人同意；18 岁以下的子女由工作人员核对证件。", "You can show the codes of up to %d others. Each of them agrees first; for your child under 18 an officer compares the document.")
	textAskAnother      = say("添加一个人", "Add a person")
	textShowCode        = say("出示健康码", "Show the code")
	textAskedOfYou      = say("%s 请求代您出示健康码", "%s asks to show your code")
	textAskedOfYouLead  = say("同意后，对方能看到和出示您的状态和时间，看不到照片、检测结果和原因。每次查看您都能知道。随时可以解除。", "If you agree they can see and show your state and its end, but no photo, tests or reasons. You can see each time they look, and end it at any time.")
	textConsent         = say("同意", "Agree")
	textDecline         = say("拒绝", "Decline")
	textWhoShowsMine    = say("谁可以出示我的健康码", "Who can show my code")
	textNameUnknown     = say("对方同意后显示姓名", "Name shown once they agree")
	textMinorWaits      = say("工作人员正在核对证件照片页。", "An officer is comparing the document's photo page.")
	textAskSent         = say("请求已收到。如果填写的姓名和证件与登记一致，对方会收到短信；同意之后就能出示。", "Your request has arrived. If name and document are those of a registration, that person gets a text message; once they agree you can show their code.")
	textRelationChanged = say("已保存。", "Saved.")

	textAskLead        = say("填写对方的姓名和证件。只知道姓名和号码看不到任何信息，要本人同意才行。", "Enter the other person's name and document. Name and number alone show nothing: that person has to agree.")
	textRelationAsk    = say("对方是您的", "The other person is your")
	textOtherName      = say("对方姓名", "The other person's name")
	textKeyPage        = say("证件照片页", "Photo of the document")
	textChildBirthHint = say("只有为 18 岁以下的子女申领时需要，与证件一致。", "Needed for your child under 18 only, as in the document.")
	textKeyPageHint    = say("只有为 18 岁以下的子女申领时需要。JPEG 或 PNG，不超过 10 MB。", "Needed for your child under 18 only. JPEG or PNG, at most 10 MB.")
	textAskSend        = say("发出请求", "Send the request")

	relationStates = map[string]healthcode.Text{
		"asked":     say("等待同意", "waits for an answer"),
		"consented": say("已同意", "agreed"),
		"declined":  say("已拒绝", "declined"),
		"expired":   say("已过期", "expired"),
		"removed":   say("已解除", "removed"),
	}
)
