package web

// Texts of the page that is shown when too many people come at once.
var (
	textBusyTitle   = say("现在使用的人很多", "Many people are using the service right now")
	textBusyWhat    = say("您没有做错什么。为了让门口的扫码和大家的健康码能用，其他页面要稍等一会儿。", "You did nothing wrong. So that doors and people's codes keep working, other pages have to wait a little.")
	textBusyLost    = say("您已经提交的内容都保存好了。如果您刚才正在提交，请等这个页面消失后再提交一次；重复提交不会记两次。", "What you have sent before is safe. If you were just sending something, send it again in a moment; it won't be counted twice.")
	textBusyWhen    = say("这个页面会在 %s 秒后自己再试。您不用反复刷新。", "This page tries again by itself in %s seconds. You don't have to reload it.")
	textBusyAgain   = say("请在 %s 秒后按浏览器的“返回”，再试一次。", "In %s seconds, go back in your browser and try again.")
	textBusyDoor    = say("您要进门，而手机打不开健康码？请向工作人员出示身份证件，由他们查询；也可以出示打印的健康码。", "Standing at a door, and your code doesn't open? Show your identity document to the staff, who can look it up, or show your code on paper.")
	textBusyPortals = say("您也可以试试这些入口，它们互不影响：", "You can also try these addresses, which don't depend on one another:")
)
