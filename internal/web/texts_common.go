package web

// Texts of the layout and of the error pages.
var (
	textProduct  = say("健康码", "Health code")
	textSkip     = say("跳到正文", "Skip to the content")
	textMenu     = say("菜单", "Menu")
	textLanguage = say("中文", "English") // each language in its own words

	textMyCode       = say("我的健康码", "My code")
	textReport       = say("健康和行程申报", "Report health and trips")
	textOthers       = say("家人与他人", "Family and others")
	textLooks        = say("谁查看过我", "Who looked at me")
	textAccount      = say("账户与登录", "Account and sign-ins")
	textCheckCode    = say("查验健康码", "Check a code")
	textSignIn       = say("登录", "Sign in")
	textSignOut      = say("退出登录", "Sign out")
	textOutbox       = say("演示短信箱", "Demo: text messages")
	textPlaces       = say("选择地方", "Choose a place")
	textHelp         = say("帮助：各种状态怎么办", "Help: what each state means")
	textDeclarations = say("我的声明", "My declarations")
	textDisputes     = say("我提出的异议", "What I disputed")

	textNeedHelp = say("需要帮助？", "Need help?")
	textNoCodeOK = say("没有手机或没有健康码，也可以登记通行；看病不受健康码影响。",
		"Without a phone or a code you can still pass by signing the register. No code stands between you and medical care.")

	textProblem        = say("出了点问题", "Something went wrong")
	textOurFault       = say("这是我们的问题，不是您的错。请过一分钟再试；您的资料没有丢失。", "This is our fault, not yours. Please try again in a minute; nothing of yours is lost.")
	textNoPageTitle    = say("没有找到", "Not found")
	textNoPage         = say("这里没有这个页面。请检查网址，或者回到首页。", "There is no such page here. Check the address, or go to the start page.")
	textDeniedTitle    = say("不能这样做", "That is not possible")
	textSignedOutTitle = say("请先登录", "Please sign in")
	textTooLargeTitle  = say("内容太大", "Too large")
	textTooLarge       = say("发送的内容太大，没有收到。照片请不超过 10 MB：用较低的分辨率重拍，或裁剪到只剩信息页。",
		"What you sent is too large and was not received. A photograph may have 10 MB: take it again at a lower resolution, or crop it to the page.")
	textTooManyTitle = say("次数太多", "Too often")
	textBrokenForm   = say("没有收到完整的表单，可能是网络中断。请返回再试一次。", "The form did not arrive whole; the connection may have broken. Go back and try again.")
	textCrossOrigin  = say("这个请求来自其他网站，为了保护您没有执行。请回到首页，在本站重新操作。",
		"This request came from another site, so to protect you nothing was done. Go to the start page and do it here.")
	textGoHome    = say("回到首页", "Go to the start page")
	textGoBack    = say("返回", "Back")
	textErrorCode = say("错误代码：%s", "Error code: %s")
)

// Texts of the components.
var (
	textErrors     = say("请改正以下内容", "Please correct the following")
	textErrorLabel = say("错误：", "Error:")
	textChoose     = say("请选择", "Choose")
	textOptional   = say("（可不填）", "(optional)")
	textStepOf     = say("第 %[1]d 步，共 %[2]d 步", "Step %[1]d of %[2]d")
	textStepDone   = say("已完成", "done")
	textContinue   = say("继续", "Continue")
)
