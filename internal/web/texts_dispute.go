package web

import "healthcode"

// Texts of "this isn't right".
var (
	textReasonOver    = say("这个原因已经不存在了。请回到健康码页面看最新的情况。", "This reason no longer holds. Go to your code to see how things stand now.")
	textStatement     = say("哪里不对？", "What is wrong?")
	textStatementHint = say("写下实际情况，例如：车票退了、手机号不是我在用。最多 %d 字。", "Write what really happened, for example: the ticket was refunded, the phone isn't mine. At most %d characters.")
	textSendDispute   = say("提交", "Send")
	textDisputeKept   = say("您的异议已收到。", "What you wrote has arrived.")
	textDisputeNext   = say("工作人员会核实，不用您到场，也不用重复提交。核实期间状态不变；急需帮助请拨打下方电话，报下面的编号。", "Staff will check it. You need not come in, nor send it again. Your state stays as it is meanwhile; for urgent help call the number below and give the number of your entry.")
	textNoDisputes    = say("您没有提出过异议。觉得哪个原因不对，请在健康码页面点“这不对”。", "You have disputed nothing. If a reason is wrong, choose “This isn't right” beside it on your code.")
	disputeStates     = map[string]healthcode.Text{"received": say("已收到，等待核实", "received, waits to be checked"),
		"opened": say("已立案，正在办理", "a case is open"), "decided": say("已有结果", "decided")}
)
