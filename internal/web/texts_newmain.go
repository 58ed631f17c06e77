package web

// Texts of the number that an officer replaces.
var (
	textNewMain        = say("更换登录号码", "Replace the number somebody signs in with")
	textTaskNewMain    = say("本人唯一的手机号码丢失、无法登录时办理", "For somebody who lost the only phone and can't sign in")
	textNewMainLead    = say("请先核对证件和本人。验证码发到新号码，由本人当场念给您或自己填写。更换后，旧号码按遗失处理，所有登录退出，新旧号码都会收到通知，本人能看到是谁办理的。", "Compare the person and the document first. A code goes to the new number; the person reads it to you, or types it. Then the old number counts as lost, every session ends, both numbers are told, and the person can see who did it.")
	textNewMainPhone   = say("新号码", "New number")
	textNewMainOld     = say("现在的登录号码", "Number of now")
	textNewMainCode    = say("验证码已发到新号码，5 分钟内有效。请核对上面的姓名与证件一致。", "A code went to the new number; it lasts 5 minutes. Check that the name above is that of the document.")
	textNewMainWhy     = say("旧号码为什么不能用？", "Why can't the old number be used?")
	textNewMainReplace = say("更换登录号码", "Replace it")
	textNewMainDone    = say("已更换。本人现在可以用新号码登录。", "Done. The person can sign in with the new number now.")

	textNoOldPhone       = say("原来的手机号码不能用了？", "You no longer have the phone that gets the codes?")
	textNoOldPhoneHow    = say("卡丢了、号码停用了，或手机不在身边，也能重新登录。工作人员可以把登录号码换成您的新号码：", "Lost the SIM, gave the number up, or the phone is out of reach? An officer can move your sign-in to your new number:")
	textNoOldPhoneFirst  = say("准备好身份证件，和一个能收短信的新号码。", "Have your identity document and a new number that can receive messages at hand.")
	textNoOldPhoneSecond = say("拨打下面的电话，或到办理窗口。可以视频核对，不一定要到场。", "Call the number below, or go to the office. You can be checked by video; you need not come in.")
	textNoOldPhoneThird  = say("把新号码收到的验证码告诉工作人员。几分钟后就能登录，您的健康码和记录都不变。", "Tell the officer the code that the new number receives. A few minutes later you can sign in; your code and records stay as they are.")
	textNoOldPhoneDoor   = say("办好之前，门口可以登记通行，看病不受影响。", "Until then a door can register you by hand, and medical care is not affected.")
)
