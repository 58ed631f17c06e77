package web

// Texts of the code on paper.
var (
	textPaper        = say("打印离线码", "Print a code on paper")
	textPaperOf      = say("打印 %s 的离线码", "Print a code on paper for %s")
	textPaperLead    = say("没有智能手机，也能扫码通行：把这张纸给门口的工作人员扫一下，和手机一样。纸上没有颜色和状态；门口看到的是当时的状态。", "No smartphone is needed: the staff at the door scan the paper like a phone. It shows no colour and no state; the door learns the state at that moment.")
	textPaperWho     = say("只有已登录的门口才能读取。别人捡到，什么也看不出来。", "Only a door that is signed in can read it. Whoever finds it learns nothing.")
	textPaperMake    = say("生成并打印", "Make it and print it")
	textPaperAgain   = say("重新打印（旧的立即作废）", "Print a new one (the old one is void at once)")
	textPaperNone    = say("还没有打印过。", "None has been printed so far.")
	textPaperStands  = say("有效：%[1]s 打印，%[2]s 前有效", "In force: printed %[1]s, valid until %[2]s")
	textPaperVoid    = say("已作废：%[1]s 打印，%[2]s 作废", "Void: printed %[1]s, void since %[2]s")
	textPaperLose    = say("丢了：立即作废", "It is lost: make it void at once")
	textPaperLost    = say("已作废。谁捡到都不能再用。您可以重新打印一张。", "It is void; nobody who finds it can use it. You can print a new one.")
	textPaperReady   = say("现在打印或保存。离开这一页后无法再次显示，只能重新打印。", "Print or save it now. Once you leave this page it can't be shown again, only replaced.")
	textPaperPDF     = say("下载 PDF（A6）", "Download as PDF (A6)")
	textPaperHistory = say("打印记录", "What was printed")
)

// Texts on the paper itself, always in both languages. It has to fit on A6.
var (
	textPaperTitle   = say("%s 离线码", "%s: code on paper")
	textPaperUntil   = say("%s 前有效", "Valid until %s")
	textPaperQR      = say("离线码二维码", "QR code of the code on paper")
	textPaperUse     = say("给门口的工作人员扫描，并出示身份证件。", "Let the staff at the door scan it, and show your document with it.")
	textPaperLose1   = say("丢失请立即在网页上作废，或请帮您打印的人办理。", "If it is lost, make it void on the website, or ask whoever printed it for you.")
	textPaperOrder   = say("不能扫码时，可以登记通行；没有码不是拒绝的理由。", "If it can't be scanned, sign the register: having no code is no ground to refuse.")
	textPaperUnread  = say("离线码只能由已登录的门口读取，这里不能查验。", "A code on paper can only be read by a signed-in door; it can't be checked here.")
	textFailureVoid  = say("这张离线码已作废或过期。请按无码办理：登记放行。", "This code on paper is void or has expired. Treat it as no code: sign the register.")
	textFailurePaper = say("没有网络时不能读取离线码。请按无码办理：登记放行。", "Without a connection a code on paper can't be read. Treat it as no code: sign the register.")
)
