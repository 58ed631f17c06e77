package web

// What the auditor reads of looks.
var (
	textPurposePaper       = say("打印离线码", "a code on paper was printed")
	textPurposeAssist      = say("老幼助查询", "assisted query")
	textPurposeLab         = say("向检测机构查询结果", "a laboratory was asked for a result")
	textPurposePhone       = say("核实号码", "a lost phone was checked")
	textPurposeDevice      = say("设备开始自行签码", "a device began to sign the code")
	textPurposeOtherDevice = say("另一台设备请求离线码，已拒绝", "another device asked to sign the code, and was refused")
	textSawDocument        = say("证件", "document")
	textSawPaper           = say("离线码", "code on paper")
	textSawResults         = say("检测和接种结果", "tests and vaccinations")
	textSawNothing         = say("无", "nothing")
	textSawPass            = say("可离线出示的健康码", "a code that is shown without a connection")
)

// textAssistPDF is the button that gives the paper of an assisted query as a file.
var textAssistPDF = say("离线码文件（PDF，A6）", "The code on paper as a file (PDF, A6)")
