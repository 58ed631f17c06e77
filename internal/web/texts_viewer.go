package web

// Texts of encrypted links: making one, and opening one.
var (
	textTravelShareWhich  = say("放入链接的证明", "Certificates in the link")
	textTravelLabelHint   = say("打开链接的人也会看到。", "Whoever opens the link sees it too.")
	textTravelLinkHolds   = say("含 %d 张证明", "Certificates in it: %d")
	textTravelLinkBrowser = say("用浏览器打开", "To open in a browser")
	textTravelLinkAddress = say("也可以把这个网址发给对方，密码另外告诉对方。网址里有钥匙：只发给您信任的人。", "You can also send this address, and tell the passcode separately. The key is in it: send it to nobody whom you don't trust.")

	textViewer              = say("打开健康证明链接", "Open a link to health certificates")
	textViewerLead          = say("文件是加密的，由您的设备解开：这个页面只发送密码和您的名称，不发送钥匙。持有人会看到您填写的名称和打开的时间。", "The file is encrypted, and your device decrypts it: this page sends the passcode and your name, never the key. The holder sees the name that you give, and when you opened it.")
	textViewerScript        = say("解密在您的设备上进行，需要启用 JavaScript；浏览器不会把 # 后面的钥匙发给服务器，所以服务器不能代劳。也可以请持有人出示二维码或打印的证明。", "Decrypting happens on your device, which needs JavaScript; browsers don't send the key behind the # to the server, which therefore can't do it for you. You can also ask the holder for the QR code or the printed certificate.")
	textViewerRecipient     = say("您是谁", "Who you are")
	textViewerRecipientHint = say("例如机构名称。持有人能看到。", "Such as the name of your office. The holder sees it.")
	textViewerOpen          = say("打开", "Open it")
)

// viewerWords are what the page's script says, by key.
var viewerWords = []verifyWord{
	{"none", say("这个网址里没有链接，或者不完整。请完整地复制网址，从 # 之后的内容也要包括。", "There is no link in this address, or a part is missing. Copy the whole address, with all that follows the #.")},
	{"elsewhere", say("这个链接属于另一个服务：{host}。请用那个服务的页面打开。", "This link leads to another service: {host}. Open it on that service's page.")},
	{"about", say("名称：{label}", "Called: {label}")},
	{"expired", say("链接已过期。请持有人重新生成。", "The link has expired. Ask the holder for a new one.")},
	{"wrong", say("密码不对，还可以试 {n} 次。", "That isn't the passcode. It can be tried {n} more times.")},
	{"locked", say("密码错误太多，链接已锁定。请持有人重新生成。", "Too many wrong passcodes: the link is locked. Ask the holder for a new one.")},
	{"used-up", say("打开次数已用完。请持有人重新生成。", "It was opened as often as allowed. Ask the holder for a new one.")},
	{"ended", say("持有人已停用这个链接，或者其中的证明已经失效。", "The holder ended this link, or a certificate in it no longer counts.")},
	{"unknown", say("没有这个链接。请核对网址。", "There is no such link. Compare the address.")},
	{"offline", say("连接不到服务器。请检查网络后再试。", "The server can't be reached. Check your connection and try again.")},
	{"busy", say("尝试太多，请稍后再试。", "Too many tries; wait a little and try again.")},
	{"broken", say("文件解不开：网址里的钥匙不完整，或者文件被改动。请完整地复制网址。", "The file can't be decrypted: the key in the address isn't whole, or the file was altered. Copy the whole address.")},
	{"opened", say("已打开。离开这个页面后不会保留。", "It is open. Nothing is kept once you leave this page.")},
	{"pdf", say("下载 PDF", "Download the PDF")},
	{"verify", say("签名文本：可在核验页面检查", "The signed text: check it on the verifier's page")},
}
