package web

import (
	"healthcode"
	"healthcode/internal/boarding"
)

// Texts of the pages for foreign nationals and for the officers of missions.
var (
	textBoarding           = say("外国人赴华健康声明", "Health statement for travel to China")
	textBoardingLead       = say("乘机前，请先看出发地使领馆的最新通知，再在这里提交检测证明和材料，取得健康声明后登机。", "Before you fly: read the latest notice of the mission where you depart, submit your test certificates and papers here, and board with the health statement.")
	textBoardingExample    = say("示例数据：不是任何使领馆的真实规定。", "Example data: not the rules of any real mission.")
	textBoardingServes     = say("辖区：%s", "Serves: %s")
	textBoardingSignIn     = say("提出申请或继续申请", "Apply, or go on with an application")
	textBoardingMine       = say("我的申请", "My applications")
	textBoardingNotice     = say("通知", "Notice")
	textBoardingFrom       = say("适用于 %s 起出发的航班", "For flights that depart from %s")
	textBoardingFromUntil  = say("适用于 %[1]s 起、%[2]s 之前出发的航班", "For flights that depart from %[1]s and before %[2]s")
	textBoardingNow        = say("今天适用", "In force today")
	textBoardingNeeds      = say("需要什么", "What is needed")
	textBoardingNothing    = say("不需要任何材料。", "Nothing is needed.")
	textBoardingHours      = say("工作时间（当地）：%[1]s 至 %[2]s。目标：收到后 %[3]d 个工作小时内答复。", "Working hours (local): %[1]s to %[2]s. Aim: an answer within %[3]d working hours.")
	textBoardingContact    = say("联系", "Contact")
	textBoardingWho        = say("护照和手机", "Passport and telephone")
	textBoardingWhoLead    = say("第一次申请会为这本护照建立账户；以后用同一护照和手机号回来。已在国内登记过的，用登记的手机号。", "The first time, an account is made for this passport; come back with the same passport and telephone. If you have registered in China before, use the telephone of that registration.")
	textBoardingMission    = say("使领馆", "Embassy or consulate")
	textBoardingNumber     = say("护照号码", "Passport number")
	textBoardingFlight     = say("航班", "Flight")
	textBoardingNumberOf   = say("航班号", "Flight number")
	textBoardingNumberHint = say("例如 CA936", "Such as CA936")
	textBoardingDate       = say("出发日期（出发地当地）", "Day of departure (local)")
	textBoardingTime       = say("起飞时间（出发地当地）", "Time of departure (local)")
	textBoardingFromPort   = say("出发机场", "Airport of departure")
	textBoardingToPort     = say("到达机场", "Airport of arrival")
	textBoardingTransit    = say("中转国家", "Countries of transit")
	textBoardingTransitHow = say("两位国家代码，用空格隔开，例如 FR NL；直飞不填", "Two-letter country codes with spaces between, such as FR NL; leave it empty for a direct flight")
	textBoardingClass      = say("旅客类别", "Class of traveller")
	textBoardingApply      = say("查看需要什么", "See what is needed")
	textBoardingNew        = say("新的申请", "New application")
	textBoardingNone       = say("您还没有申请。", "You have no application yet.")
	textBoardingDone       = say("已满足", "Satisfied")
	textBoardingMissing    = say("还缺", "Missing")
	textBoardingChecking   = say("等待人工审核", "Waits for an officer")
	textBoardingUploadFor  = say("上传：%s", "Upload: %s")
	textBoardingFile       = say("PDF、JPEG 或 PNG，最大 10 MB，PDF 最多 10 页。带二维码的证书可当场核验。", "PDF, JPEG or PNG, at most 10 MB; a PDF has at most 10 pages. A certificate with a QR code is verified at once.")
	textBoardingUpload     = say("上传", "Upload")
	textBoardingUploaded   = say("已上传 %s", "Uploaded %s")
	textBoardingSee        = say("查看文件", "See the file")
	textBoardingTakeBack   = say("撤回", "Take back")
	textBoardingSubmit     = say("提交给使领馆", "Submit to the mission")
	textBoardingSubmitHow  = say("机器不能核验的材料由使领馆人工审核。", "What a machine can't verify is looked at by the mission's officers.")
	textBoardingDue        = say("使领馆将尽量在 %s 前答复。", "The mission means to answer by %s.")
	textBoardingLate       = say("已超过答复时限", "Past its time")
	textBoardingChange     = say("航班有变", "The flight has changed")
	textBoardingChangeHow  = say("改航班后，原声明立即作废；已接受的材料保留，仍符合要求的会立即重新签发。", "A change voids the statement at once. Papers that were accepted stay; where they still satisfy the rules a new statement is issued at once.")
	textBoardingSave       = say("保存航班", "Save the flight")
	textBoardingStatement  = say("健康声明", "Health statement")
	textBoardingShow       = say("出示健康声明", "Show the health statement")
	textBoardingHolds      = say("有效：%[1]s 至 %[2]s（出发地时间）", "Holds from %[1]s until %[2]s (local time of departure)")
	textBoardingPrint      = say("下载 PDF（可打印，无需联网）", "Download as PDF (to print; needs no connection)")
	textBoardingHow        = say("登机时与护照一起出示。换航班后失效。", "Show it with the passport when boarding. It counts for this flight alone.")
	textBoardingEnded      = say("声明已失效。", "The statement has ended.")
	textBoardingWhy        = say("理由", "Reasons")
	textBoardingGenuine    = say("机器已核验：签名真实，姓名和出生日期相符。签发方：%s", "Verified by machine: the signature is genuine, and name and birth are yours. Signed by: %s")
	textBoardingDiffers    = say("签名真实，但与护照登记不符：%s。由人工审核。", "The signature is genuine, but this differs from your passport: %s. An officer will look.")
	textBoardingUnproven   = say("有二维码证书，但不能核验（%s）。由人工审核。", "There is a certificate, but it can't be verified (%s). An officer will look.")
	textBoardingNoCode     = say("没有可核验的二维码。由人工审核。", "There is no QR code that can be verified. An officer will look.")
	textBoardingName       = say("姓名", "name")
	textBoardingBirth      = say("出生日期", "date of birth")
	textBoardingDocument   = say("证件号码", "document number")

	textMission        = say("健康声明申请", "Applications for health statements")
	textTaskMission    = say("审核外国旅客的材料", "Look at the papers of foreign travellers")
	textRoleConsular   = say("使领馆官员", "Consular officer")
	textMissionState   = say("状态", "State")
	textMissionNone    = say("没有申请。", "There is no application.")
	textMissionLate    = say("%d 份已超时", "%d past their time")
	textMissionDue     = say("答复时限", "Due")
	textMissionDepart  = say("起飞", "Departure")
	textMissionPaper   = say("材料", "Paper")
	textMissionVerdict = say("这份材料", "This paper")
	textMissionKeep    = say("暂不处理", "No decision yet")
	textMissionAccept  = say("接受，内容如下", "Accept; it shows the following")
	textMissionReturn  = say("要求更正", "Ask for another one")
	textMissionOption  = say("它证明", "What it proves")
	textMissionTime    = say("采样时间", "Sampled at")
	textMissionTimeHow = say("出发机场当地时间", "Local time at the airport of departure")
	textMissionLab     = say("检测机构", "Laboratory")
	textMissionDay     = say("日期（接种、首次阳性或开具）", "Date (of the dose, first positive test or issue)")
	textMissionDoses   = say("全程接种已完成", "The course of vaccination is complete")
	textMissionWhy     = say("要怎样更正（旅客会看到）", "What is wrong (the traveller reads it)")
	textMissionWhole   = say("整个申请", "The whole application")
	textMissionIssue   = say("接受并签发声明", "Accept and issue the statement")
	textMissionAsk     = say("要求更正", "Ask for corrections")
	textMissionRefuse  = say("拒绝", "Refuse")
	textMissionReasons = say("理由（旅客会看到；拒绝时必填）", "Reasons (the traveller reads them; needed for a refusal)")
	textMissionDecide  = say("作出决定", "Decide")
	textMissionRecuse  = say("回避（利益冲突）", "Give it away (conflict of interest)")
	textMissionRevoke  = say("撤销声明", "Revoke the statement")
	textMissionSeen    = say("查看会被记录，旅客能看到。", "Every look is recorded, and the traveller sees it.")
)

// applicationStates say how far an application has come.
var applicationStates = map[healthcode.ApplicationState]healthcode.Text{
	healthcode.ApplicationDraft:      say("填写中", "In preparation"),
	healthcode.ApplicationWaiting:    say("等待使领馆审核", "Waits for the mission"),
	healthcode.ApplicationCorrection: say("需要更正", "Needs corrections"),
	healthcode.ApplicationAccepted:   say("已签发", "Issued"),
	healthcode.ApplicationRefused:    say("已拒绝", "Refused"),
}

// paperStates say what became of a paper.
var paperStates = map[string]healthcode.Text{
	boarding.PaperVerified:   say("机器已核验", "Verified by machine"),
	boarding.PaperWaiting:    say("等待人工审核", "Waits for an officer"),
	boarding.PaperAccepted:   say("已接受", "Accepted"),
	boarding.PaperCorrection: say("请另交一份", "Another one is needed"),
	boarding.PaperReplaced:   say("已替换", "Replaced"),
}

// evidenceKinds say what an option asks for.
var evidenceKinds = map[string]healthcode.Text{
	boarding.KindTest:        say("检测", "Test"),
	boarding.KindVaccination: say("接种", "Vaccination"),
	boarding.KindRecovery:    say("康复", "Recovery"),
	boarding.KindPaper:       say("其他材料", "Other paper"),
}
