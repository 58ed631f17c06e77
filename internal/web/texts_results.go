package web

// Texts of the page of results.
var (
	textResults     = say("检测和接种结果", "Tests and vaccinations")
	textResultsLead = say("这里列出各机构发来的检测和接种记录，只有您本人能看，可以打印。", "What laboratories and clinics have sent about your tests and vaccinations. You alone can see it, and print it.")
	textResultsNone = say("没有收到任何检测或接种记录。", "No test and no vaccination has arrived.")
	textResultsWhy  = say("没有收到，不等于没有做过：机构可能还没有上传。", "That nothing has arrived doesn't mean that nothing was done: it may not have been sent yet.")
	textResultsAt   = say("%[1]s，%[2]s 的记录", "%[1]s, as recorded on %[2]s")
	textSource      = say("来源", "Source")
	textSampled     = say("采样时间", "Sample taken")
	textVaccinated  = say("接种时间", "Vaccinated")
	textRecorded    = say("收到时间", "Received")
	textDoseOf      = say("第 %[1]d 剂，共 %[2]d 剂", "dose %[1]d of %[2]d")
	textTakenBack   = say("这条记录已于 %s 撤回，不再计算。", "This record was taken back on %s and no longer counts.")
)
