package web

import "healthcode"

// Texts of what a status shows.
var (
	textTimelineDrawing = say("状态的过去与将来", "Your status: past and future")
	textNow             = say("现在", "Now")
	textNumber          = say("编号", "Number")
	textState           = say("状态", "State")
	textWhen            = say("时间", "When")
	textFrom            = say("自 %s", "from %s")
	textUntil           = say("至 %s", "until %s")
	textNoChangeKnown   = say("目前没有预计的变化", "no change in sight")
	textEndUnknown      = say("目前没有已知的结束时间", "no end known at present")
	textNoEndKnown      = say("结束时间取决于尚未发生的事", "the end depends on something that has not happened yet")
)

// Texts of the code's own page.
var (
	textWhy            = say("原因", "Why")
	textWhyShort       = say("原因：", "Because:")
	textReasonLine     = say("%[1]s（至 %[2]s）", "%[1]s (until %[2]s)")
	textNext           = say("现在怎么做", "What to do now")
	textNothingAgainst = say("没有任何对您不利的信息。下面列出了我们根据哪些信息得出这个结果。", "Nothing speaks against you. Below you can see what this rests on.")
	textGoodAgain      = say("如果没有新的情况，将于 %[2]s 恢复为“%[1]s”。", "If nothing new arrives, it becomes “%[1]s” again on %[2]s.")
	textServerTime     = say("服务器时间。一直在走，说明页面是实时的。", "The server's time. It keeps ticking: the page is live.")
	textScanUntil      = say("请让工作人员扫描 · %s 前有效", "To be scanned · valid until %s")
	textQRTitle        = say("健康码二维码：%[1]s，%[2]s 前有效", "QR code of your health code: %[1]s, valid until %[2]s")
	textGetNumber      = say("门口不能扫码？取一个号码报给工作人员", "Can't be scanned? Get a number to read out")
	textNumberTitle    = say("报给工作人员的号码", "A number to read out")
	textNumberLead     = say("把这八位数字报给门口的工作人员，由他们输入。", "Read these eight digits to the staff at the door; they type them in.")
	textNumberUntil    = say("%s 前有效。不要告诉别人。", "Valid until %s. Tell it to nobody else.")
	textMinorNoFace    = say("未成年人照片未经人脸识别", "Minor's photo not verified by face recognition")
	textPartial        = say("“家人与他人”暂时显示不了，其余内容完整。", "“Family and others” can't be shown just now; everything else is here.")
	textRenew          = say("更新二维码", "Renew the code")
	textOffline        = say("连不上网络，这个码已过期。恢复网络后会自动更新。您也可以请工作人员登记通行。", "There is no connection and this code has expired. It renews itself once the network is back. You can also ask the staff to register you by hand.")
	textUnchecked      = say("身份尚未核对：还没有人比对过您的证件照片页。码可以使用。", "Identity not yet checked: nobody has compared your document's photo page so far. The code can be used.")
	textRefused        = say("证件照片与填写的不一致，或看不清。请重新上传，或打下方电话。", "The photo and what you typed do not agree, or it can't be read. Send a new one, or call the number below.")
	textSendPhoto      = say("上传证件照片", "Send a photo of the document")
	textPhotoKept      = say("照片已收到。工作人员比对后就会删除。", "Your photo has arrived. It is deleted once it has been compared.")
	textReported       = say("申报已收到。下面是更新后的状态。", "Your report has arrived. This is your state with it.")
	textQuestion       = say("一个问题", "A question")
	textAnswerTrip     = say("申报行程", "Declare your trip")
	textTimelineTitle  = say("过去与将来", "Past and future")
	textTimelineNote   = say("将来的部分：如果没有新的情况。", "The future: if nothing new arrives.")
	textChanged        = say("身体或行程有变化？", "Has your health or your whereabouts changed?")
	textChangedLead    = say("一分钟就能更新，不用重新申领。如实更正差错不会受罚。", "It takes a minute, and you need not apply again. Correcting an honest mistake has no consequences.")
	textBasis          = say("依据哪些信息", "What this rests on")
	textBasisLead      = say("各来源最近一次更新的时间：", "When each source last said something:")
	textNoSources      = say("目前没有任何部门提供过关于您的信息。", "No office has sent anything about you so far.")
	textCodeOf         = say("%s 的健康码", "Code of %s")
	textTab            = say("%[1]s（%[2]s）", "%[1]s (%[2]s)")
	textWhose          = say("切换申领人", "Whose code")
	textShownByOther   = say("由他人代为出示", "shown by another person")
	textOtherLimits    = say("您能看到的只有状态和时间。照片、检测结果和原因只有本人能看。每次打开或更新都会告知本人。", "You see the state and its end, and no more: photo, tests and reasons are for the person alone. Each time you open or renew it, the person can see that you did.")

	textKnownBecause = say("依据哪条信息", "What this is known from")
	textSaidBy       = say("来源：%[1]s，%[2]s 收到", "Source: %[1]s, received %[2]s")
	textNotRight     = say("这不对", "This isn't right")
	textReasonSince  = say("从什么时候开始", "Since when")
	textReasonUntil  = say("到什么时候为止", "Until when")
	textAutomatic    = say("到时自动结束，不用您做什么。", "It ends by itself; you need not do anything.")
	textOrSooner     = say("条件：%s。", "It depends on: %s.")
	textWaitsFor     = say("等待：%s", "Waiting for: %s")
	textHowItEnds    = say("怎样结束", "How it ends")
	textWhoHelps     = say("谁能帮您", "Who can help")

	waiting = map[string]healthcode.Text{
		"automatic":    say("时间", "time"),
		"test-result":  say("检测结果", "a test result"),
		"verification": say("主管部门核实（由部门负责，不用您到场）", "verification, which the authority owes you; you need not come in"),
		"lift":         say("工作人员核实并解除", "an officer's check, and the lift"),
		"declaration":  say("您的申报", "your declaration"),
		"completion":   say("观察期满", "the end of the observation"),
		"discharge":    say("出院或解除诊断", "discharge"),
		"departure":    say("您离开该地", "your leaving that place"),
	}
	textWaitsOther = say("一项尚未发生的条件，见“怎样结束”", "something that has not happened yet; see “How it ends”")
)
