package web

// Texts of what a status shows.
var (
	textTimelineDrawing = say("状态的过去与将来", "Your status: past and future")
	textNow             = say("现在", "Now")
	textNumber          = say("编号", "Number")
	textState           = say("状态", "State")
	textWhen            = say("时间", "When")
	textFrom            = say("自 %s", "from %s")
	textUntil           = say("至 %s", "until %s")
	textNoEndKnown      = say("结束时间取决于尚未发生的事", "the end depends on something that has not happened yet")
)
