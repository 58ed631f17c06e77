package web

// Texts of the pages before signing in.
var (
	textStartTitle     = say("请选择地方", "Choose a place")
	textStartLead      = say("选择您所在的或要去的地方。健康码告诉您现在的状态、原因、到什么时候为止、下一步怎么做、谁能帮您。", "Choose the place where you are, or where you are going. Your code tells you your state, why, until when, what to do next, and who can help.")
	textNoneInForce    = say("目前没有地方使用健康码，任何人都不能要求您出示。", "No place uses a health code now, and nobody may ask you for one.")
	textShownACode     = say("有人向您出示健康码？", "Were you shown a code?")
	textShownACodeLead = say("您可以查验它是不是真的。不用登录。", "You can check whether it is genuine. No sign-in is needed.")

	textPlaceLead    = say("几分钟就能申领。申领后，您随时能看到自己的状态和原因。", "It takes a few minutes. After that you can see your state, and the reasons, at any time.")
	textGetCode      = say("申领健康码", "Get a code")
	textHaveCode     = say("我已经有码，登录", "I have a code: sign in")
	textYouNeed      = say("您需要准备", "What you need")
	textNeedDocument = say("身份证件（身份证、护照、通行证或居留证）", "An identity document: identity card, passport, travel permit or residence card")
	textNeedPhone    = say("能收短信的手机号码", "A phone that can receive text messages")
	textNeedMinutes  = say("大约三分钟", "About three minutes")
	textNoSmartphone = say("没有智能手机？家人可以替您申领和出示，工作人员也可以登记，不能因此拒绝您。", "No smartphone? A family member can get and show your code, or staff can register you by hand. That is no reason to refuse you.")
	textWhatItSays   = say("健康码会显示什么", "What a code says")
	textPolicyOf     = say("规则由%[1]s发布：%[2]s。自%[3]s起，至%[4]s前有效。", "The rules are those of %[1]s: %[2]s. In force from %[3]s, before %[4]s.")

	textHoldsTitle  = say("显示“%s”怎么办", "What if it says “%s”")
	textHoldsFirst  = say("先看“我的健康码”页面上的原因卡：那里写着是哪一件事、从什么时候开始、到什么时候为止。", "Look at the reason card on “My code”: it says which matter is open, since when and until when.")
	textHoldsSecond = say("照卡上“怎样结束”去做。条件一满足就自动解除，不用重新申请。", "Do what the card says under “How it ends”. It ends by itself as soon as the condition is met; you need not apply again.")
	textHoldsThird  = say("如果写的不是事实，点“这不对”，工作人员会核实，不用您到场。", "If what it says is not true, choose “This isn't right”. Staff will check it; you need not come in.")
	textHoldsFourth = say("拿不准就打卡上的电话。这不是红码，看病不受影响。", "When in doubt call the number on the card. This is not a red code, and medical care is not affected.")

	textAtTheDoor      = say("在门口", "At a door")
	textDoorNoPhone    = say("没有手机、没有电或没有网络：可以登记通行，也可以由同行家人出示。", "No phone, no battery or no network: sign the register, or let a family member with you show your code.")
	textDoorScreenshot = say("不要用截图：截图一分钟后失效。打开页面，码会自动更新。", "Don't use a screenshot: it is worthless after a minute. Open the page, and the code renews itself.")
	textDoorPlate      = say("车牌和户籍都不是理由，不能因此拒绝您。", "Licence plates and household registration are no grounds; nobody may refuse you for them.")
	textDoorCare       = say("到医院看病，按原有方式就诊。", "Hospitals admit in the ordinary way.")
)
