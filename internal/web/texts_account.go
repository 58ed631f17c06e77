package web

import "healthcode"

// Texts of the account, the photo, and who looked.
var (
	textRegistered   = say("申领成功，您的健康码已经可以用了。", "Done: your code is ready to use.")
	textPhotoTitle   = say("证件照片页", "Photo of your document")
	textPhotoLead    = say("请拍摄证件的关键信息页（有照片和姓名的一页），由工作人员与您填写的内容比对。", "Take a picture of the document's key page, the one with photo and name. A member of staff compares it with what you typed.")
	textPhotoLabel   = say("照片", "Photo")
	textPhotoHint    = say("JPEG 或 PNG，不超过 10 MB。整页入镜，字要看得清，避免反光。", "JPEG or PNG, at most 10 MB. The whole page, every letter legible, no glare.")
	textPhotoSend    = say("上传", "Upload")
	textPhotoLater   = say("以后再传，先看健康码", "Later: show me my code")
	textPhotoDeleted = say("照片加密保存，只用于比对，最多 %d 天后删除。没有上传时，码上会写“身份尚未核对”。", "The photo is stored encrypted, serves for the comparison alone, and is deleted after %d days at most. Until then the code says “identity not yet checked”.")
	textPhotosSent   = say("已上传", "What you sent")
	photoStates      = map[string]healthcode.Text{
		"waiting":    say("等待比对", "waits to be compared"),
		"matched":    say("比对一致", "it matches"),
		"mismatched": say("不一致或看不清，请重新上传", "it does not match or can't be read; please send another"),
	}
	identityStates = map[string]healthcode.Text{
		"unchecked": say("尚未核对", "not yet checked"),
		"checked":   say("已核对", "checked"),
		"refused":   say("核对未通过", "the check failed"),
	}

	textIdentity        = say("身份核对", "Identity")
	textEntryDocument   = say("入境时使用", "used to enter the country")
	textRename          = say("更正姓名", "Correct the name")
	textRenameLead      = say("更正后需要重新核对身份。旧的姓名只为审计保留。", "After that your identity is checked anew. The old name is kept for an audit alone.")
	textNewDocument     = say("添加新换的证件", "Add a renewed document")
	textNewDocumentLead = say("换了护照也还是您：新证件会与旧的连在一起，状态和记录都保留。", "A new passport, and still you: the new document is linked to the old one, and your state and records stay.")
	textEntryAsk        = say("这是您入境时使用的证件吗？", "Is this the document you entered the country with?")
	textEntryYes        = say("是", "Yes")
	textSave            = say("保存", "Save")

	textSessions       = say("在哪些设备上登录", "Where you are signed in")
	textSessionsLead   = say("有不认识的设备？把它退出，再打下方电话。", "Something you don't know? Sign it out and call the number below.")
	textThisOne        = say("（这台设备）", "(this device)")
	textSessionSince   = say("登录于 %s", "signed in on %s")
	textSignOutThere   = say("退出这台设备", "Sign this device out")
	textSignOutAll     = say("退出所有设备", "Sign out everywhere")
	textSignedOutThere = say("已退出。", "Signed out there.")
	textUnknownDevice  = say("未知设备", "Unknown device")

	textLooksLead      = say("每次有人查看您的健康码或资料，都在查看之前记录下来。", "Every look at your code or record is written down before it happens.")
	textNoLooks        = say("还没有人查看过您。", "Nobody has looked at you so far.")
	textLooksWrong     = say("看到不该有的记录？请拨打下方电话。", "Something that should not be there? Call the number below.")
	textSaw            = say("看到了：%s", "Saw: %s")
	textYourDevice     = say("您登录的设备 %s", "a device that you signed in on, %s")
	textAnotherBrowser = say("另一台设备或浏览器", "another device or browser")
	textLookBy         = say("代您出示的人 %s", "the person who shows your code, %s")
	textLookVenue      = say("地点：%s", "at %s")
	lookRoles          = map[string]healthcode.Text{
		"checkpoint":    say("门口工作人员", "door staff"),
		"caseworker":    say("社区工作人员", "community officer"),
		"lab":           say("检测机构", "laboratory"),
		"authority":     say("疫情防控部门", "health authority"),
		"auditor":       say("审计人员", "auditor"),
		"administrator": say("管理员", "administrator"),
		"hotline":       say("热线人员", "hotline agent"),
	}
	lookPurposes = map[string]healthcode.Text{
		"case":         say("办理案件", "to work on your case"),
		"hotline":      say("来电立案", "to open a case for you on the phone"),
		"scan":         say("扫码", "scanned your code"),
		"proxy":        say("代为出示", "to show your code"),
		"review":       say("比对证件照片", "to compare your document's photo"),
		"dispute":      say("处理您的异议", "to handle what you disputed"),
		"offline":      say("为您打印离线码", "to print a code on paper for you"),
		"phone":        say("核实您的号码", "to check a phone that you reported lost"),
		"device":       say("这台设备开始自行签出您的健康码", "began to sign your code itself"),
		"other-device": say("用同一登录请求离线码，已拒绝；不是您的话，请退出所有设备", "asked for your code with a sign-in of another device, and was refused; if that wasn't you, sign out everywhere"),
		"lab-query":    say("替您向检测机构查询结果", "to find your result, since you asked the laboratory"),
		"certificate":  say("核查旅行证明", "to check a travel certificate of yours"),
		"boarding":     say("审核健康声明", "to review your health statement"),
		"change":       say("核对人工修改", "to check a change made by hand"),
		"assist":       say("老幼助查询", "to ask for you, with your consent"),
	}
	lookSaw = map[string]healthcode.Text{
		"state":     say("状态", "the state"),
		"nothing":   say("什么也没看到", "nothing"),
		"results":   say("检测和接种结果", "tests and vaccinations"),
		"photo":     say("证件照片", "the photo of the document"),
		"statement": say("异议说明", "what you wrote"),
		"case":      say("案件编号", "the number of a case"),
		"document":  say("证件", "your document"),
		"record":    say("记录", "the record"),
		"pass":      say("可离线出示的健康码", "a code that it shows without a connection"),
		"paper":     say("离线码", "the code on paper"),
	}

	textReportedByYou = say("您申报过的内容", "What you have reported")
	textNoReports     = say("您还没有申报过。", "You have not reported anything so far.")
	textSentAt        = say("%s 提交", "sent on %s")
	textAccepted      = say("您同意过的声明", "What you have accepted")
	textAcceptedAt    = say("版本 %[1]s，%[2]s 同意", "version %[1]s, accepted on %[2]s")
	textReadIt        = say("查看全文", "Read it")
)

// Texts of the demo's outbox.
var (
	textOutboxLead  = say("演示用：真实系统会把这些短信发到手机上。", "For the demo alone: a real service sends these to phones.")
	textOutboxEmpty = say("还没有短信。", "No messages so far.")
)
