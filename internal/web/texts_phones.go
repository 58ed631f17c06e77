package web

import "healthcode"

// Texts of the phones.
var (
	textPhones            = say("我的手机号码", "My phone numbers")
	textPhonesLead        = say("行程核验按这里的顺序逐个进行。请解绑停用的号码。", "Trips are verified with these, in this order. Unbind the numbers that you no longer use.")
	textPhoneMain         = say("登录验证码发到这里", "Codes for signing in go here")
	textPhoneUsedBy       = say("由 %[1]s（%[2]s）使用，不再用于判断您的行程", "Used by %[1]s (%[2]s); it says nothing of where you were")
	textPhoneUnbound      = say("已于 %[1]s 解绑。行程核验还需要它，剩余 %[2]d 天；%[3]s 彻底删除。", "Unbound on %[1]s. Trips still need it: %[2]d days left. It is deleted for good at %[3]s.")
	textPhoneUnboundToday = say("已于 %[1]s 解绑。今天是最后一天，%[2]s 彻底删除。", "Unbound on %[1]s. Today is the last day; it is deleted for good at %[2]s.")

	textPhoneAdd          = say("绑定一个号码", "Bind a number")
	textPhoneAddLead      = say("我们会向这个号码发送验证码。别人是否也绑定了它，不影响您，也不会告诉任何人。", "We send a code to it. Whether somebody else has bound it too makes no difference, and is told to nobody.")
	textPhoneUnbind       = say("解绑", "Unbind")
	textPhoneUnbindLead   = say("解绑后 %d 个整天内行程核验仍需要这个号码，之后彻底删除，无法恢复。请等到删除后再停用电话卡。", "For %d full days after unbinding, trips still need this number; then it is deleted for good. Keep the SIM until then.")
	textPhoneUnbindUser   = say("解绑后，“由他人使用”的说明也会一起删除。", "What you said of who uses it goes with it.")
	textPhoneMakeMain     = say("用它接收登录验证码", "Send sign-in codes here")
	textPhoneMakeMainLead = say("以后登录时，验证码发到这个号码。", "From now on the codes for signing in go to this number.")

	textPhoneOthers        = say("这个号码不是我在使用", "This number isn't used by me")
	textPhoneOthersLead    = say("号码登记在您名下、但由家人或他人使用时，请写明实际使用人。之后这个号码的位置不再算作您的行程，已有的也会撤回。", "The number is yours by contract, and somebody else uses it? Name them. From then on where it is says nothing of you, and what it has said is taken back.")
	textPhoneOthersCode    = say("请实际使用人把收到的验证码念给您", "Let that person read the code to you")
	textPhoneOthersSend    = say("确认", "Confirm")
	textPhoneOthersNoCode  = say("使用人收不到或无法告诉您验证码？", "Nobody can read you the code?")
	textPhoneOthersDispute = say("您可以提出异议，由工作人员核实，可电话办理，不用到场。", "Then dispute it: a member of staff looks at it. By phone is enough; you need not come in.")
	textPhoneUserName      = say("实际使用人的姓名", "Name of the person who uses it")
	textPhoneUserKind      = say("与您的关系", "Who that is to you")
	textPhoneUserMore      = say("补充说明", "Anything else")
	textPhoneUserDispute   = say("提出异议", "Dispute it")

	textPhoneNoCode        = say("收不到验证码（电话卡遗失、停用等）", "No code can reach it (lost SIM, number given up …)")
	textPhoneNoCodeLead    = say("告诉我们原因，由工作人员核实。核实后，行程核验不再需要它的验证码，也可以直接解绑。", "Tell us why, and an officer checks it. Then trips need no code from it, and you can unbind it at once.")
	textPhoneWhy           = say("什么原因？", "Why?")
	textPhoneLossSend      = say("提交核实", "Send for a check")
	textPhoneLossAsked     = say("%s 已提交，等待工作人员核实", "Sent on %s; an officer will check it")
	textPhoneLossConfirmed = say("%s 已核实收不到验证码，不再需要它的验证码", "Checked on %s: no code can reach it, and none is needed")
	textPhoneLossRefused   = say("%s 没有核实通过；请照常验证，或拨打下方电话", "Not confirmed on %s; verify it as usual, or call the number below")

	lossReasons = map[string]healthcode.Text{
		"lost":      say("电话卡或手机遗失", "The SIM or the phone is lost"),
		"stolen":    say("被盗", "Stolen"),
		"given-up":  say("号码已经停用", "I gave the number up"),
		"no-signal": say("在收不到短信的地方", "I am where it gets no messages"),
	}
	lossGrounds = map[string]healthcode.Text{
		"carrier-record": say("运营商的停用或挂失记录", "The carrier's record of the disconnection or loss"),
		"seen-in-person": say("当面核对了证件", "The person and the document, seen in person"),
		"seen-by-video":  say("通过视频核对了证件", "The person and the document, seen by video"),
		"police-record":  say("公安的报案记录", "A police record"),
	}
	phoneDone = map[string]healthcode.Text{
		"bound":   say("已绑定。", "The number is bound."),
		"unbound": say("已解绑。", "The number is unbound."),
		"main":    say("登录验证码以后发到这个号码。", "Codes for signing in go there now."),
		"user":    say("已记录实际使用人，这个号码的行程已撤回。", "Noted. Where this number was no longer counts as you."),
		"lost":    say("已提交，工作人员会核实。", "Sent; an officer will check it."),
	}

	textLostPhones     = say("收不到验证码的号码", "Phones that no code reaches")
	textTaskLostPhones = say("核实遗失或停用的号码", "Check numbers that were lost or given up")
	textLostPhonesLead = say("请先与运营商记录或证件核对，再选择依据。核实后，本人的行程核验不再需要这个号码的验证码。", "Compare with the carrier's record or the document first, then say what you have seen. After that the person's trips need no code from the number.")
	textLostPhonesNone = say("没有等待核实的号码。", "Nothing waits.")
	textLostGround     = say("依据", "What you have seen")
	textLostConfirm    = say("确认收不到验证码", "Confirm")
	textLostRefuse     = say("不能确认", "Can't be confirmed")
)

// Texts of the trip verification.
var (
	textStepPhones       = say("核验号码", "Phones")
	textTripPhones       = say("逐个核验您的手机号码", "Verify your phones one after another")
	textTripPhonesLead   = say("共 %[1]d 个，已完成 %[2]d 个。", "%[1]d in all, %[2]d done.")
	textTripVerified     = say("已核验", "Verified")
	textTripTurn         = say("现在核验", "Now")
	textTripLater        = say("等待", "Waiting")
	textTripAsked        = say("验证码已发送，5 分钟内有效。", "A code is on its way; it lasts 5 minutes.")
	textTripResume       = say("可以随时中断，24 小时内在任何设备上接着做。", "You can stop at any time and go on within 24 hours, on any device.")
	textTripCard         = say("行程卡：14 天内手机到过的城市", "Travel card: cities where your phones were in the last 14 days")
	textTripStar         = say("* 表示这个城市里有中风险或高风险地区，并不表示您到过那里。请在下面填写您实际到过的县（市、区）。", "* says that there is a medium- or high-risk area somewhere in the city, not that you were in it. List below the counties or districts where you really were.")
	textTripNotThere     = say("没有去过其中的城市？手机可能由别人使用：", "You weren't in one of them? Perhaps somebody else uses the phone:")
	textTripArriving     = say("还没有到？请填写预计到达的日期", "Not here yet? The day on which you will arrive")
	textTripArrivingHint = say("提前 72 小时以内。到达后自动申报，不用再填。", "At most 72 hours ahead. The trip is then declared by itself when you arrive.")
	textTripWaits        = say("到达之前先保存，%s 或之前到达时自动申报，不用再填。", "It is kept until you arrive, by %s, and then declared by itself; nothing has to be filled in again.")
	textTripResult       = say("申报结果", "What came of it")
	textTripReady        = say("已保存。知道您到达后会自动申报，不用再填。下面是您现在的状态。", "Kept. It is declared by itself once your arrival is known. Below is your state as of now.")
	textTripNoTest       = say("还没有查到核酸检测阴性结果。没有查到不等于没有检测：检测机构上传后会自动更新，不用重新申报。", "No negative test result has been found yet. Not found yet doesn't mean not tested: once the laboratory uploads it, your code follows by itself and nothing has to be declared again.")
	textTripOnce         = say("一次申报就够了。以后有新的结果，会按已申报的内容重新判断。", "One declaration is enough. Whatever arrives later is judged together with it.")
	textTripContinue     = say("继续：核验行程", "Continue: verify your trip")
	textTripContinueLead = say("核验手机号码并申报行程，结果马上就有。", "Verify your phones and declare your trip; the result comes at once.")

	tripSteps = []healthcode.Text{textStepPhones, textStepFillIn, textStepReview, textStepSent}
)
