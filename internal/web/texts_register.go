package web

// Texts of registering and signing in.
var (
	textStepDeclaration = say("声明", "Declaration")
	textStepDocument    = say("证件", "Document")
	textStepDetails     = say("资料", "Details")
	textStepCode        = say("验证码", "One-time code")

	textDeclarationTitle   = say("声明", "Declaration")
	textDeclarationVersion = say("版本：%[1]s · %[2]s", "Version %[1]s · %[2]s")
	textDeclarationAsk     = say("请确认", "Please confirm")
	textDeclarationAccept  = say("我已阅读并同意", "I have read this and I agree")
	textDeclarationUnread  = say("请先阅读声明并勾选同意。", "Please read the declaration and tick that you agree.")

	textDocumentTitle  = say("您用哪种证件？", "Which document do you have?")
	textDocumentAsk    = say("请选择您入境或在本地使用的证件", "Choose the one you entered the country with, or use here")
	textChooseDocument = say("请选择一种证件。", "Please choose a document.")
	textChange         = say("更换", "Change")

	textDetailsTitle = say("您的资料", "Your details")
	textName         = say("姓名", "Name")
	textNumberOf     = say("证件号码", "Document number")
	textCountry      = say("签发国家", "Issuing country")
	textCountryHint  = say("护照封面上的国家", "The country on the cover of the passport")
	textBirth        = say("出生日期", "Date of birth")
	textBirthHint    = say("与证件一致，例如 1990-04-28", "As in the document, for example 1990-04-28")
	textPhone        = say("手机号码", "Phone number")
	textPhoneHint    = say("用来接收验证码。境外号码请加 + 和国家（地区）代码，例如 +852 5123 4567", "For the one-time code. For a number from elsewhere write + and the country code, for example +852 5123 4567")
	textSendCode     = say("发送验证码", "Send me a code")
	textWhyAsked     = say("姓名、证件号码和手机号码加密保存。谁查看过您的信息，您都能看到。", "Name, number and phone are stored encrypted. Whoever looks at your information, you can see it.")

	textCodeTitle     = say("输入验证码", "Enter the code")
	textCodeSentTo    = say("我们向 %s 发送了一条短信，里面有 6 位数字。", "We sent a text message with 6 digits to %s.")
	textCodeMaybeSent = say("如果这个证件已经申领过，登记的手机会收到一条有 6 位数字的短信，可能要等一分钟。", "If this document has a code, its phone gets a text message with 6 digits. It may take a minute.")
	textCodeLabel     = say("验证码", "Code")
	textCodeHint      = say("6 位数字，5 分钟内有效。不要告诉任何人。", "6 digits. It lasts 5 minutes. Tell it to nobody.")
	textSendAgain     = say("没收到？再发一次", "Nothing came? Send it again")
	textSentAgain     = say("已再次发送。请用最近一条短信中的数字。", "Sent again. Use the digits of the latest message.")

	textSignInLead    = say("用证件和短信验证码登录，不需要密码。", "Sign in with your document and a code by text message. There is no password.")
	textSignInAgain   = say("为了保护您，修改资料前请再登录一次。", "To protect you, please sign in once more before you change anything.")
	textOtherDocument = say("使用其他证件", "Use another document")
	textNoCodeYet     = say("还没有健康码？现在申领", "No code yet? Get one now")
)
