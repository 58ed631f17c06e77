package web

import "healthcode"

// Texts of the page for airlines and borders.
var (
	textVerify        = say("核验旅行健康证明", "Verify a travel health certificate")
	textVerifyLead    = say("供航空公司和口岸使用：扫描证明，再与护照和航班核对。全部在本设备上完成，断网也能用。", "For airlines and borders: scan the certificate, then compare it with the passport and the flight. Everything happens on this device, also without a connection.")
	textVerifyScript  = say("本页需要启用脚本：证明只在您的设备上核验，不会发送到服务器。", "This page needs scripts: a certificate is verified on your device and never sent to a server.")
	textVerifyLoading = say("正在载入信任列表……", "Loading the trust lists …")
	textVerifyCamera  = say("用摄像头扫描", "Scan with the camera")
	textVerifyText    = say("证明的内容", "Text of the certificate")
	textVerifyTextHow = say("扫描、用扫码器扫入，或粘贴（以 HC1、HS1 或 shc 开头的文字，或以 { 开头的印章）", "Scan it, let a scanner type it, or paste it: it begins with HC1:, HS1:, shc:/, or { for a seal")
	textVerifyMRZ     = say("护照机读区（两行）", "Machine readable zone of the passport (both lines)")
	textVerifyMRZHow  = say("扫入或输入照片页底部两行；填了它就不用填下面四项", "Scan or type the two lines at the foot of the photo page; the next four fields aren't needed then")
	textVerifyNumber  = say("护照号码", "Passport number")
	textVerifyCountry = say("签发国（护照上的代码）", "Issued by (code in the passport)")
	textVerifyName    = say("护照上的姓名（姓在前）", "Name in the passport, surname first")
	textVerifyBirth   = say("出生日期", "Date of birth")
	textVerifyFlight  = say("航班号", "Flight number")
	textVerifyTime    = say("起飞时间（本设备所在地）", "Departure (at this device's place)")
	textVerifyTimeHow = say("证明在起飞时也必须有效；不填则按现在核验", "The certificate must hold then; left empty, it is checked as of now")
	textVerifyPhoto   = say("或者：选择一张证明的照片", "Or: a picture of the certificate")
	textVerifyAsk     = say("核验", "Verify")
	textVerifyClear   = say("清除，下一位", "Clear for the next traveller")
	textVerifyPrivacy = say("本页不保存、也不发送任何扫描或输入的内容；签发国不会知道证明在哪里被使用。", "Nothing that is scanned or typed is kept or sent; the issuer never learns where a certificate was used.")
	textVerifyLists   = say("信任列表及其日期", "Trust lists and their dates")
)

// verifyWord is a text that the script puts in.
type verifyWord struct {
	key  string
	text healthcode.Text
}

// verifyWords are the words of the answer. Those with a colon name a check and what became of it.
var verifyWords = []verifyWord{
	{"verdict:good", say("可以接受", "Yes: accept")},
	{"verdict:bad", say("不可接受", "No: don't accept")},
	{"verdict:unclear", say("请人工核对", "Look: a person must decide")},
	{"check:certificate", say("证明", "Certificate")},
	{"check:departure", say("起飞时间", "Departure")},
	{"check:name", say("姓名", "Name")},
	{"check:birth", say("出生日期", "Date of birth")},
	{"check:number", say("证件号码", "Document number")},
	{"check:flight", say("航班", "Flight")},
	{"check:day", say("航班日期", "Date of the flight")},
	{"state:good", say("相符", "good")},
	{"state:bad", say("不符", "not good")},
	{"state:unclear", say("请看一眼", "look yourself")},
	{"state:skipped", say("证明上没有", "not in the certificate")},
	{"code:genuine", say("真实有效", "genuine and valid")},
	{"code:valid-then", say("按起飞时间核验", "checked as of then")},
	{"code:link", say("签名真实，但内容在链接里，需打开查看", "genuine, but what it says is behind its link: open and look")},
	{"code:departure-form", say("时间格式不对", "this is no date and time")},
	{"code:departure-past", say("起飞时间早已过去", "this departure is long past")},
	{"code:mrz", say("机读区有误，请重新输入", "the machine readable zone has a mistake: enter it again")},
	{"code:look", say("没有填写护照信息：请用眼核对", "no passport was entered: compare by eye")},
	{"code:not-hc1", say("这不是健康证明的码", "this is not the code of a health certificate")},
	{"code:base45", say("码没有读完整，请重新扫描", "the code was not read whole: scan again")},
	{"code:zlib", say("码没有读完整，请重新扫描", "the code was not read whole: scan again")},
	{"code:cose", say("码的内容损坏", "the code's content is broken")},
	{"code:unknown-key", say("签发方不在信任列表中，等于没有签名", "its signer is on no trust list: treat it as unsigned")},
	{"code:signature", say("签名不对：伪造或被改动", "wrong signature: forged or changed")},
	{"code:expired", say("已过期", "expired")},
	{"code:not-yet-valid", say("尚未生效", "not valid yet")},
	{"code:key-usage", say("签发方无权签发这类证明", "its signer may not sign this kind")},
	{"code:schema", say("内容不合规范", "its content is not as its format asks")},
	{"code:rule", say("不符合规则", "a rule is not met")},
	{"code:revoked", say("已被签发方吊销", "revoked by its issuer")},
	{"code:cannot-ascertain", say("无法确认", "can't be ascertained")},
	{"lists:fresh", say("信任列表：{keys} 把密钥，{age}。", "Trust lists: {keys} keys, {age}.")},
	{"lists:stale", say("信任列表较旧：{keys} 把密钥，{age}。请尽快联网更新。", "Old trust lists: {keys} keys, {age}. Connect soon to update them.")},
	{"lists:offline", say("目前没有网络。", "There is no connection now.")},
	{"lists:none", say("没有信任列表，无法核验。请先联网打开本页一次。", "There is no trust list, so nothing can be verified. Open this page once with a connection.")},
	{"age:minutes", say("{n} 分钟前更新", "updated {n} min ago")},
	{"age:hours", say("{n} 小时前更新", "updated {n} h ago")},
	{"age:days", say("{n} 天前更新", "updated {n} days ago")},
	{"list:line", say("{name}：{date} 导入，{keys} 把密钥，其中 {expired} 把已过期；跳过 {skipped} 条。签名证明：{proof}", "{name}: imported {date}, {keys} keys, {expired} of them expired; {skipped} entries skipped. Proof: {proof}")},
	{"clock:skew", say("本设备的时钟与服务器相差 {n}。核验按服务器的时间进行；请校准时钟。", "This device's clock is {n} off the server's. The server's time is used; set the clock right.")},
	{"clock:back", say("本设备的时钟被往回调过，日期不可信。请校准时钟并联网。", "This device's clock was set back: dates can't be relied on. Set it right and connect.")},
	{"clock:certificate", say("这张证明的签发时间晚于本设备的时间：请先检查时钟。", "This certificate was issued later than this device's time: check the clock first.")},
	{"fault:camera", say("无法使用摄像头，请输入或粘贴。", "The camera can't be used; type or paste instead.")},
	{"fault:photo", say("图片里没有找到码。", "No code was found in the picture.")},
	{"fault:engine", say("核验程序无法在此浏览器中运行，请换一个较新的浏览器。", "The verifier can't run in this browser; use a newer one.")},
}

func verifyFields(v view) []field {
	return []field{
		{name: "text", label: v.say(textVerifyText), hint: v.say(textVerifyTextHow), complete: "off", optional: true},
		{name: "mrz", label: v.say(textVerifyMRZ), hint: v.say(textVerifyMRZHow), complete: "off", optional: true},
		{name: "number", label: v.say(textVerifyNumber), complete: "off", max: 20, optional: true},
		{name: "country", label: v.say(textVerifyCountry), complete: "off", max: 3, optional: true},
		{name: "name", label: v.say(textVerifyName), complete: "off", max: 80, optional: true},
		{name: "birth", kind: "date", label: v.say(textVerifyBirth), complete: "off", optional: true},
		{name: "flight", label: v.say(textVerifyFlight), complete: "off", max: 8, optional: true},
		{name: "departure", kind: "datetime-local", label: v.say(textVerifyTime), hint: v.say(textVerifyTimeHow), complete: "off", optional: true},
	}
}
