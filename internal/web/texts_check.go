package web

import (
	"healthcode"
	"healthcode/internal/status"
	"healthcode/pass"
)

// Texts of the public check.
var (
	textCheckLead      = say("有人向您出示健康码？在这里查验真假。您只会看到：是不是真的、什么状态、到什么时候为止。", "Somebody shows you a code? Check it here. You learn whether it is genuine, its state, and until when: nothing more.")
	textCheckText      = say("码的内容", "Text of the code")
	textCheckTextHint  = say("用扫码器扫入，或把扫出的文字粘贴到这里（以 HCP1: 或 HCP2: 开头）", "Let a scanner type it, or paste what you scanned; it begins with HCP1: or HCP2:")
	textCheckPhoto     = say("或者：给码拍张照片", "Or: a photo of the code")
	textCheckPhotoHint = say("正对着拍，离近一点。照片只用来读码，不保存。", "Straight and near. The photo is read and not kept.")
	textCheckNow       = say("查验", "Check it")
	textCheckPrivacy   = say("查验不记录您是谁，也看不到对方的姓名和证件。", "Nothing is recorded of who checks, and no name or document is shown.")
	textCheckNext      = say("查验另一个", "Check another")
	textCheckEmpty     = say("请扫入或粘贴码的内容，或者选择一张照片。", "Scan or paste the text of the code, or choose a photo.")
	textCheckNoPhoto   = say("无法打开这张照片，请用 JPEG 或 PNG。", "This photo can't be opened; use JPEG or PNG.")
	textCheckLarge     = say("照片像素过多，请用较低的分辨率重拍。", "The photo has too many pixels; take it at a lower resolution.")
	textCheckNoCode    = say("照片里没有找到码。请离近一点、光线亮一点再拍。", "No code was found in the photo. Go nearer, with more light.")

	textGenuine        = say("真的：%s签发的健康码", "Genuine: issued by %s")
	textNotGenuine     = say("不能确认", "Not confirmed")
	textUncheckedOther = say("这个人的身份尚未核对，请看一眼证件。", "This person's identity has not been checked yet; look at the document.")
	textCheckMeans     = say("健康码只反映目前掌握的信息，不能用来拒绝招工、租房、就学或看病。", "A code reflects what is known now. It is no ground to refuse work, a home, school or medical care.")

	checkFailures = map[pass.Code]healthcode.Text{
		pass.NotAPass:          say("这不是健康码，或者没有读完整。请再扫一次。", "This is not a health code, or it was not read whole. Scan it again."),
		pass.BadSignature:      say("签名不对：这个码是伪造的或被改动过。", "The signature is wrong: the code is forged or was changed."),
		pass.UnknownKey:        say("签名用的密钥没有公布，不能确认。请对方刷新页面后再试。", "It was signed with a key that is not published. Ask for a fresh code and try again."),
		pass.Expired:           say("这个码是真的，但已过期。截图一分钟后就会过期，请对方打开页面出示。", "It was genuine but has expired. Screenshots expire after a minute: ask the person to open the page."),
		pass.FromTheFuture:     say("码上的时间比现在晚，不能确认。", "Its time lies in the future; it can't be confirmed."),
		status.OfflineUnread:   textPaperUnread,
		pass.NotTheHolder:      textFailureCopied,
		pass.Stale:             textFailureStale,
		status.DeviceEnded:     textFailureDevice,
		pass.OtherJurisdiction: say("这是其他地方的健康码，这里不能查验。", "It is the code of another place, which can't be checked here."),
	}
)
