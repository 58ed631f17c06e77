package web

// Texts of the page of a door.
var (
	textDoor        = say("查验点", "Door")
	textDoorReady   = say("请扫码，或输入 8 位数字。", "Scan a code, or type the 8 digits.")
	textDoorPicture = say("摄像头画面", "Picture of the camera")

	textDoorCode        = say("健康码", "Health code")
	textDoorCodeHint    = say("用扫码枪扫码，或输入对方读出的 8 位数字。", "Scan it with the hand scanner, or type the 8 digits that the holder reads out.")
	textDoorTemperature = say("体温（℃）", "Temperature (°C)")
	textDoorDecide      = say("判定", "Decide")
	textDoorNone        = say("没有码", "No code")
	textDoorNext        = say("下一位", "Next person")
	textDoorCamera      = say("用摄像头扫码", "Scan by camera")
	textDoorCameraOff   = say("关闭摄像头", "Stop the camera")
	textDoorMute        = say("静音", "Mute")

	textDoorOffline       = say("离线核对：这次没有登记，最近几分钟的变化看不到。", "Checked offline: this visit is not recorded, and a change of the last minutes is not seen.")
	textDoorOfflineNumber = say("离线时不能核对数字，请扫二维码；没有的话按无码办理。", "Without a connection a number can't be checked: scan the QR code, or treat it as no code.")

	textDoorNothing          = say("还没有扫码。请扫码或输入 8 位数字；对方没有码，请按“没有码”。", "Nothing was scanned. Scan a code or type the 8 digits; where somebody has no code, press “No code”.")
	textDoorTemperatureWrong = say("体温请只写数字，例如 36.5。", "Write the temperature as a number, such as 36.5.")
	textDoorUnreachable      = say("连接不上服务器，这次没有判定。请稍后再扫；对方可以按原有方式登记通行。", "The server can't be reached, so nothing was decided. Scan again in a moment; people can pass by signing the register.")
	textDoorFailed           = say("服务器出了问题，这次没有判定。请再扫一次。", "Something went wrong on the server, so nothing was decided. Please scan again.")
	textDoorNoCamera         = say("用不了摄像头：请允许本页使用摄像头，或改用扫码枪、输入数字。", "The camera can't be used: allow it for this page, or use a hand scanner or the digits.")

	textDoorNoGround = say("车牌、户籍所在地都不是理由：不能因此拒绝任何人，本页也不登记这些。", "A licence plate or household registration is no ground: nobody may be refused for it, and this page doesn't ask for it.")
	textDoorRecent   = say("最近的判定", "Last decisions")
	textDoorNoRecent = say("还没有。这里不显示姓名。", "None yet. No names are shown here.")
	textDoorTime     = say("时间", "Time")
	textDoorDecision = say("判定", "Decision")
	textDoorNoCode   = say("无码", "no code")

	textDoorGround    = say("理由", "Ground")
	textDoorName      = say("姓名（核对证件）", "Name in document")
	textDoorProxy     = say("由他人代为出示：请核对本人。", "Shown by another person: check whom it is about.")
	textDoorUnchecked = say("身份尚未核验：请看证件。", "Identity not yet checked: ask for a document.")
	textDoorRegister  = say("请在纸质登记册上登记姓名、电话和时间，按原有方式放行。没有码不是拒绝的理由。", "Write name, phone and time into the paper register and let them pass in the ordinary way. Having no code is no ground to refuse.")
)

// Verdicts, as large as a phone allows.
var (
	textVerdictAdmit    = say("放行", "Let in")
	textVerdictMeasure  = say("测体温", "Take temperature")
	textVerdictRefer    = say("引导办理", "Refer")
	textVerdictRefuse   = say("不能进入", "Do not let in")
	textVerdictAdvisory = say("仅供参考", "For reference")
	textVerdictNotUsed  = say("不看码", "No code needed")
)

// Grounds, and why a code was not taken.
var (
	textGroundState       = say("健康码状态：%s", "State of the code: %s")
	textGroundTemperature = say("体温达到 %.1f ℃", "Temperature of %.1f °C or more")
	textGroundNoCode      = say("没有出示有效的码", "No valid code was shown")

	textFailureNotAPass  = say("这不是健康码。请对方打开自己的健康码页面，出示上面的二维码。", "This is not a health code. Ask for the QR code on the person's own page.")
	textFailureForged    = say("这个码不是本市签发的，或者已损坏。请对方打开自己的健康码页面重新出示；没有也按无码办理。", "This code was not issued here, or is damaged. Ask the person to open their own page and show it again; otherwise treat it as no code.")
	textFailureExpired   = say("这个码已过期或号码不对（截图一分钟后无效）。请对方打开页面出示最新的码。", "This code has expired or the number is wrong (a screenshot lasts a minute). Ask for the fresh one on the page.")
	textFailureClock     = say("这个码的时间不对。请稍等几秒再扫。", "The time of this code is wrong. Wait a few seconds and scan again.")
	textFailureElsewhere = say("这是其他地方的健康码。请对方出示本地的码；没有也按无码办理。", "This is the code of another place. Ask for the local one; otherwise treat it as no code.")
)
