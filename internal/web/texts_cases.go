package web

import "healthcode"

// Texts of cases, for staff and for the person.
var (
	textCases        = say("案件", "Cases")
	textTaskCases    = say("受理、核实、决定：按时限排列。", "Take, verify and decide, by deadline.")
	textCase         = say("案件：%s", "Case: %s")
	textCasesNone    = say("没有符合条件的案件。", "No case fits.")
	textCaseFilter   = say("筛选", "Filter")
	textCaseMine     = say("我的", "Mine")
	textCaseOverdue  = say("已逾期", "Overdue")
	textCaseOffice   = say("办理单位", "Office")
	textCaseAnyone   = say("所有单位", "All offices")
	textCaseApply    = say("应用", "Apply")
	textCaseMore     = say("下一页", "Next page")
	textCaseDueAt    = say("本环节到 %s", "this step until %s")
	textCaseLate     = say("已逾期", "overdue")
	textCaseLast     = say("最后期限", "Last deadline")
	textCaseStep     = say("本环节期限", "This step until")
	textCaseOpened   = say("立案", "Opened")
	textCaseOfficer  = say("办理人", "Officer")
	textCaseNobody   = say("无人", "nobody yet")
	textCaseEvidence = say("依据", "Evidence")
	textCaseHistory  = say("经过", "What happened")
	textCaseOthers   = say("其他已知信息", "What else is known")
	textCaseRests    = say("本案依据的记录", "The records on which it rests")
	textCaseNoFacts  = say("本案没有依据任何记录。", "It rests on no record.")
	textCasePerson   = say("本人", "Person")
	textCaseNumber   = say("案件编号", "Number of the case")
	textCaseSaved    = say("已记录。", "Recorded.")
	textCaseActions  = say("办理", "Actions")
	textCaseWaits    = say("有 %d 项变更在等第二人同意。", "%d changes wait for a second officer.")

	textActTake        = say("接手", "Take it")
	textActGive        = say("转交", "Give it to a colleague")
	textActGiveTo      = say("转交给", "Colleague")
	textActAsk         = say("询问本人", "Ask the person")
	textActQuestion    = say("问题", "Question")
	textActQuestionHow = say("本人会收到短信，在页面上回答，不用到场。", "The person gets a short message and answers on a page, without coming in.")
	textActVerify      = say("记录核实结果", "Record what you found")
	textActFinding     = say("核实结果", "Finding")
	textActAccept      = say("接受异议（撤回记录）", "Accept the dispute (retract records)")
	textActWrong       = say("哪些记录有误", "Which records are wrong")
	textActLift        = say("解除弹窗", "Lift the hold")
	textActGround      = say("健康理由", "Health ground")
	textActEvidence    = say("依据：看到了什么，在哪里", "Evidence: what was seen, and where it is")
	textActTwo         = say("需要另一位工作人员同意后才生效。", "It takes effect when a second officer has agreed.")
	textActUphold      = say("维持（书面说明）", "Uphold, in writing")
	textActClose       = say("办结工单", "Close the work order")
	textActWhy         = say("理由", "Reason")
	textActResult      = say("结果", "Result")
	textActExtend      = say("延长最后期限", "Extend the last deadline")
	textActHours       = say("小时（最多 %d）", "Hours (at most %d)")
	textActExtendHow   = say("您的用户名会和理由一起给本人看。", "The person sees your user name with the reason.")
	textActDo          = say("提交", "Send")

	textOwnCase       = say("正在办理", "Somebody is working on this")
	textOwnCaseOver   = say("已有决定：%s", "Decided: %s")
	textOwnCaseState  = say("%[1]s，%[2]s 前", "%[1]s, until %[2]s")
	textOwnCaseLast   = say("到 %s 仍无决定的，按有利于您处理：自动解除。", "Without a decision by %s it is decided in your favour: the hold ends.")
	textOwnCaseAsked  = say("工作人员有一个问题要问您", "Staff have a question for you")
	textOwnCaseOpen   = say("查看、回答、补充", "See it, answer, add to it")
	textOwnCases      = say("我的案件", "My cases")
	textOwnCasesNone  = say("您没有案件。", "You have no case.")
	textOwnSay        = say("补充说明或证据", "Add an explanation or evidence")
	textOwnAnswer     = say("您的回答", "Your answer")
	textOwnSayHow     = say("写下能说明情况的内容，例如退票单号、快递签收时间。不用到现场。", "Write what shows how it was, such as the number of a refund or when a parcel was signed for. You need not come in.")
	textOwnAgain      = say("不同意这个决定？补充说明后，案件会重新办理。", "Do you disagree? Add to it, and the case begins anew.")
	textOwnMove       = say("您现在在哪里", "Where you are now")
	textOwnMoveLead   = say("由哪个单位办理，按这张公开的表确定。在外地的，全程电话和网上办理。", "A published table says which office has your case. If you are somewhere else, all of it is by phone and online.")
	textOwnWhere      = say("您在", "You are")
	textOwnStays      = say("住在", "You stay")
	textOwnLetter     = say("承诺书", "Letter of commitment")
	textOwnSign       = say("签署：填写您的姓名", "Sign it: write your name")
	textOwnSignDo     = say("签署", "Sign")
	textOwnSigned     = say("您已于 %[2]s 签署 %[1]s 版承诺书。", "You signed the letter of version %[1]s on %[2]s.")
	textOffices       = say("找哪个单位办", "Which office has your case")
	textOfficesClocks = say("受理 %[1]d 小时，核实 %[2]d 小时，决定 %[3]d 小时；满 %[4]d 小时仍无决定的，按有利于本人处理。", "Received %[1]d hours, assigned %[2]d hours, verified %[3]d hours; without a decision after %[4]d hours it is decided in the person's favour.")

	textOrders         = say("批量工单", "Work orders")
	textTaskOrders     = say("上传 CSV 文件，每行一单，逐行给出结果。", "Upload a CSV file with an order in each line; every line gets its result.")
	textOrdersFile     = say("CSV 文件", "CSV file")
	textOrdersHow      = say("第一行为列名：document、reason、area、note；可加 type、country、stays。reason 为规则或弹窗编号。重复上传不会重复立案。", "The first line names the columns: document, reason, area, note; type, country and stays may be added. Reason is a rule or a hold. Sending a file again opens nothing twice.")
	textOrdersAs       = say("结果", "Results")
	textOrdersAsPage   = say("在页面上看汇总和被拒的行", "A summary here, with the lines that were refused")
	textOrdersAsFile   = say("下载每一行的结果（CSV）", "Every line's result as a CSV file")
	textOrdersSend     = say("上传", "Upload")
	textOrdersDone     = say("新立案 %[1]d，并入已有案件 %[2]d，重复 %[3]d，拒绝 %[4]d。", "%[1]d opened, %[2]d noted in open cases, %[3]d duplicates, %[4]d refused.")
	textOrdersLine     = say("第 %[1]d 行：%[2]s", "Line %[1]d: %[2]s")
	textOrdersCut      = say("只列出前 %d 行被拒的。", "Only the first %d refused lines are listed.")
	textHotline        = say("代来电人立案", "Open a case for a caller")
	textTaskHotline    = say("记录来电人的情况，转给负责的单位。", "Record what a caller says, and pass it to the office in charge.")
	textHotlineHow     = say("您看不到对方的记录。对方能看到您的这次操作。", "You see none of the person's records. The person sees that you did this.")
	textHotlineSays    = say("来电人说了什么", "What the caller says")
	textHotlineSend    = say("立案", "Open the case")
	textHotlineCountry = say("签发国家（三位代码，外国护照）", "Issuing country (three letters, for a foreign passport)")
	textHotlineNone    = say("此人目前没有需要办理的事项。", "Nothing is open for this person at present.")
	textHotlineOpened  = say("已记录。请把编号和期限告诉来电人。", "Recorded. Tell the caller the number and the deadline.")

	textPurposeCase    = say("办理案件", "case")
	textPurposeHotline = say("来电立案", "call to the hotline")
	textSawRecord      = say("记录", "records")
	textSawCase        = say("案件编号", "number of the case")
)

// Words of cases.
var (
	caseStates = map[healthcode.CaseState]healthcode.Text{
		healthcode.CaseReceived: say("已收到", "received"), healthcode.CaseAssigned: say("核实中", "being checked"),
		healthcode.CaseVerified: say("已核实", "verified"), healthcode.CaseDecided: say("已决定", "decided")}
	caseOrigins = map[string]healthcode.Text{
		healthcode.OriginHold: say("系统自动立案", "opened by itself"), healthcode.OriginDispute: say("本人提出异议", "the person says it isn't right"),
		healthcode.OriginHotline: say("热线来电", "a call to the hotline"), healthcode.OriginWorkOrder: say("工单", "a work order"),
		healthcode.OriginReport: say("本人报到", "the person reported"), healthcode.OriginEssential: say("本人申请必要出行", "the person applies for an essential trip")}
	caseOutcomes = map[string]healthcode.Text{
		healthcode.OutcomeLifted: say("已解除", "lifted"), healthcode.OutcomeRetracted: say("记录已撤回", "the record is retracted"),
		healthcode.OutcomeUpheld: say("维持", "upheld"), healthcode.OutcomeEnded: say("已自行结束", "it ended by itself"),
		healthcode.OutcomeSuspended: say("期限已过，按有利于本人解除", "the deadline passed; lifted in the person's favour"),
		healthcode.OutcomeClosed:    say("工单已办结", "the work order is done"),
		healthcode.OutcomeGranted:   say("同意必要出行", "the essential trip may be made")}
	entryKinds = map[string]healthcode.Text{
		"opened": say("立案", "Opened"), "facts": say("有新的记录", "New records"), "statement": say("说明", "Statement"),
		"question": say("询问", "Question"), "answer": say("回答", "Answer"), "evidence": say("补充", "Added"),
		"commitment": say("签署承诺书", "Commitment signed"), "moved": say("所在地", "Whereabouts"), "assigned": say("办理人", "Assigned to"),
		"verified": say("核实结果", "Finding"), "proposed": say("提出变更，等第二人同意", "Change proposed; a second officer has to agree"),
		"agreed": say("第二人已同意", "The second officer agreed"), "refused": say("第二人不同意，重新核实", "The second officer refused; checked again"),
		"extended": say("延长最后期限", "Last deadline extended"), "escalated": say("逾期，已转督办单位", "Overdue: the supervising office has it too"),
		"decided": say("决定", "Decision"), "reopened": say("重新办理", "Begun anew"), "reported": say("已报到", "Reported"), "application": say("必要出行申请", "Application for an essential trip"), "order": say("工单", "Work order")}
	changeKinds = map[string]healthcode.Text{"lift": say("解除", "lift"), "retraction": say("撤回记录", "retraction")}
)
