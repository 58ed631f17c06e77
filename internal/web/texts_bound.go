package web

// Texts of the pass that a phone signs itself.
var (
	textFailureCopied = say("这个码是从别的手机复制来的。请对方打开自己的页面出示。", "This code was copied from another phone. Ask the person to open their own page.")
	textFailureStale  = say("这是截图或旧画面：码每 30 秒更新一次。请对方出示正在更新的页面。", "This is a picture or an old screen: the code is new every 30 seconds. Ask for the live page.")
	textFailureDevice = say("这台手机已退出登录，它的码已失效。请对方重新登录后出示。", "This phone was signed out and its code has ended. Ask the person to sign in again.")

	textBoundNote    = say("由这台手机自己更新：没有网络也能出示，有效至 %s。", "This phone renews it itself: it can be shown without a connection until %s.")
	textBoundDevice  = say("可离线出示健康码，自 %s 起", "shows the code without a connection, since %s")
	textBoundSession = say("让可离线出示健康码的设备退出登录后，联网的门口立即不再接受；没有网络的门口最迟在离线有效期结束时不再接受。",
		"Sign a device out that shows the code without a connection, and doors with a connection stop taking it at once, others when its code ends at the latest.")
	textBoundOther = say("这次登录已绑定另一台设备或浏览器，所以这里的码由服务器逐次更新，需要网络。要在这里离线出示，请退出后重新登录。",
		"This sign-in is bound to another device or browser, so the server renews each code here and a connection is needed. To show it here without one, sign out and sign in again.")
	textShellLead    = say("这一页保存在您的手机里，没有网络也能打开。", "This page is kept on your phone; it opens without a connection.")
	textShellMore    = say("查看原因、时间线和下一步", "Reasons, timeline and what to do")
	textShellNone    = say("这台手机上没有有效的健康码。请联网后打开“我的健康码”。", "This phone has no valid code. Connect, then open “My code”.")
	textShowPage     = say("离线亮码页", "Show it without a connection")
	textShowPageHint = say("收藏这一页或添加到主屏幕：没有网络、服务器繁忙时也能打开亮码。", "Keep that page as a bookmark or on the home screen: it opens without a connection, and while the server is busy.")
	textShellEnded   = say("这台手机已退出登录：可能是您在别处操作的，也可能是登录到期。它的码已失效。请重新登录后出示。",
		"This phone was signed out: from elsewhere, or because its sign-in ended. Its code is no longer taken. Sign in again to show it.")
	textShellAsOf = say("状态查询时间：%s", "State as of %s")
)
