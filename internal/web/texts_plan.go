package web

// Texts of the check before travelling.
var (
	textPlan         = say("出发前看一看", "Before you travel")
	textPlanLead     = say("到达后健康码会是什么样？先看看各地的答案。不用登录，什么都不保存。", "What would your code say when you arrive? See it for every place. No sign-in, and nothing is stored.")
	textPlanStays    = say("到达前到过的地方", "Where you will have been before")
	textPlanNoStays  = say("还没有填写。请写上到达前 14 天内会到过的地方。", "Nothing yet. Add where you will have been in the 14 days before.")
	textPlanToHint   = say("一直待到出发就不填", "Leave it empty if you stay until you leave for the destination")
	textPlanArriving = say("到达日期", "Day of arrival")
	textPlanReady    = say("检测", "Test")
	textPlanTested   = say("到达前 48 小时内会有核酸检测阴性结果", "I will have a negative nucleic acid test from the 48 hours before")
	textPlanTrip     = say("行程", "Trip")
	textPlanDeclared = say("会核验手机号码并申报行程", "I will have verified my phones and declared the trip")
	textPlanAsk      = say("看结果", "Show the answer")
	textPlanAnswer   = say("如果这样到达", "If you arrived like that")
	textPlanDo       = say("怎么办", "What to do")
	textPlanUntil    = say("%[2]s 起为%[1]s。", "%[1]s from %[2]s.")
	textPlanOpen     = say("没有确定的日期，取决于下面的事项。", "No date is known; it depends on what is listed below.")
	textPlanNote     = say("按现在的风险地区和已发布的政策计算。到达前有变化时，以到达时为准。", "Reckoned with the risk areas of this moment and the policies published so far. If they change before you arrive, what holds then counts.")
)
