package travel

import (
	"fmt"
	"strings"
	"time"

	"healthcode"
	"healthcode/certificate"
	"healthcode/internal/qr"
	"healthcode/internal/travel/paper"
)

// Title is what a certificate is called.
var Title = healthcode.Text{ZH: "国际旅行健康证明", EN: "International Travel Health Certificate"}

// DirectionNames are what people call the directions.
var DirectionNames = map[healthcode.TravelDirection]healthcode.Text{
	healthcode.TravelEntering: {ZH: "入境", EN: "Entering China"},
	healthcode.TravelLeaving:  {ZH: "出境", EN: "Leaving China"},
}

// resultNames are what codes of results are called, in both languages at once: on paper nobody chooses one.
var resultNames = map[string]string{
	certificate.Detected.Code:    "检出（阳性）  Detected",
	certificate.NotDetected.Code: "未检出（阴性）  Not detected",
}

func text(zh, en string) healthcode.Text { return healthcode.Text{ZH: zh, EN: en} }

const moment = "2006-01-02 15:04 -07:00"

// Rows are what a certificate says, read from its signed text. Times are shown in a time zone.
func (s *Service) Rows(c *healthcode.TravelCertificate, zone *time.Location) ([]paper.Row, error) {
	d, err := certificate.Decode(c.Text)
	if err != nil {
		return nil, fmt.Errorf("reading certificate %s: %w", c.ID, err)
	}
	var rows []paper.Row
	add := func(label healthcode.Text, value ...string) {
		rows = append(rows, paper.Row{Label: label, Value: strings.TrimSpace(strings.Join(value, "  "))})
	}
	rule, _ := s.Policy.Content(c.Content)
	document, _ := s.Policy.Document(c.Document.Kind)
	kind := func() {
		add(text("旅行证件", "Travel document"), document.Name.ZH, document.Name.EN, c.Document.Number)
		add(text("方向", "Direction"), DirectionNames[c.Direction].ZH, DirectionNames[c.Direction].EN)
		add(text("内容", "Content"), rule.Name.ZH, rule.Name.EN)
	}
	at := func(value string) string {
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return t.In(zone).Format(moment)
		}
		return value
	}
	switch d.Format {
	case certificate.FormatDCC:
		dcc, err := d.DCC()
		if err != nil {
			return nil, err
		}
		n := name{machineSurname: dcc.Name.SurnameMachine, machineG: dcc.Name.ForenameMachine}
		add(text("姓名", "Name"), dcc.Name.Surname+dcc.Name.Forename, n.latin())
		add(text("出生日期", "Date of birth"), dcc.BirthDate)
		kind()
		for _, t := range dcc.Test {
			add(text("检测项目", "Type of test"), t.Name)
			add(text("采样时间", "Sample taken"), at(t.Collected))
			add(text("结果", "Result"), resultNames[t.Result])
			add(text("检测机构", "Testing centre"), t.Centre)
		}
		for _, v := range dcc.Vaccination {
			add(text("疫苗", "Vaccine"), v.Product, v.Maker)
			add(text("剂次", "Dose"), fmt.Sprintf("%d / %d", v.Dose, v.Doses))
			add(text("接种日期", "Date of vaccination"), v.Date)
		}
	case certificate.FormatDDCCTR:
		t, err := d.DDCCTest()
		if err != nil {
			return nil, err
		}
		add(text("姓名", "Name"), t.Name)
		add(text("出生日期", "Date of birth"), t.BirthDate)
		kind()
		add(text("检测项目", "Type of test"), t.Test.Type.Display)
		add(text("采样时间", "Sample taken"), at(t.Test.Date))
		if t.Test.Result != nil {
			add(text("结果", "Result"), resultNames[t.Test.Result.Code])
		}
		if t.Test.Centre != nil {
			add(text("检测机构", "Testing centre"), t.Test.Centre.Display)
		}
	case certificate.FormatICVP:
		v, err := d.ICVP()
		if err != nil {
			return nil, err
		}
		add(text("姓名", "Name"), v.Name)
		add(text("出生日期", "Date of birth"), v.BirthDate)
		kind()
		add(text("疫苗", "Vaccine"), s.Policy.called(v.Vaccine.Product))
		add(text("接种日期", "Date of vaccination"), v.Vaccine.Date)
		add(text("批号", "Batch"), v.Vaccine.Batch)
	}
	identifier, err := certificate.WithChecksum(c.Identifier)
	if err != nil {
		return nil, err
	}
	add(text("签发时间", "Issued"), c.Issued.In(zone).Format(moment))
	add(text("有效期至", "Valid until"), c.Expires.In(zone).Format(moment))
	add(text("签发机构", "Issuer"), s.Policy.Issuer.Name+", "+s.Policy.Issuer.Country)
	add(text("证书编号", "Certificate identifier"), identifier)
	return rows, nil
}

// notes are what the paper says below.
func (s *Service) notes(format certificate.Format) []healthcode.Text {
	list := []healthcode.Text{
		text("二维码经数字签名：任何国家都可以离线核验真伪，内容不能改动。请与旅行证件一起出示；姓名以证件机读区为准。",
			"The QR code is signed: any country can verify it offline, and nobody can alter it. Show it with the travel document; the name is that of its machine-readable zone."),
		text("二维码没有加密：扫描的人可以看到上面的内容。需要加密时，请在网页上生成带密码的链接。",
			"It isn't encrypted: whoever scans it sees what is printed here. For an encrypted one, make a link with a passcode on the website."),
		text("核验：用能读 HC1 码的程序扫描，或打开 "+s.Address+"/verify。公钥和吊销列表公布在 /.well-known/did.json 和 /.well-known/health-revocations.json。",
			"To verify: scan it with any program that reads HC1 codes, or at "+s.Address+"/verify. The public keys and the revocation list are at /.well-known/did.json and /.well-known/health-revocations.json."),
		text("持有人可随时在网页上吊销本证明；记录有误时签发机构也会吊销。吊销后核验会显示无效。",
			"Its holder can revoke this certificate at any time, and the issuer where a record was wrong; verifying then shows that it is revoked."),
	}
	if format == certificate.FormatDDCCTR {
		list = append(list, text("抗体检测采用世界卫生组织格式（DDCC:TR），不属于欧盟数字证书。", "The antibody test is in the WHO's format (DDCC:TR); it is not an EU certificate."))
	}
	return list
}

// PDF draws a certificate on A4.
func (s *Service) PDF(c *healthcode.TravelCertificate, zone *time.Location) ([]byte, error) {
	rows, err := s.Rows(c, zone)
	if err != nil {
		return nil, err
	}
	d, err := certificate.Decode(c.Text)
	if err != nil {
		return nil, err
	}
	return paper.PDF(paper.Sheet{Title: Title, Code: c.Text, Rows: rows, Notes: s.notes(d.Format), Made: c.Issued})
}

// imageScale is the pixels of a module in a PNG: large enough to be printed at 42 mm with 600 dots to the inch.
const imageScale = 12

// PNG draws a certificate's or a link's code alone.
func PNG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.Q)
	if err != nil {
		return nil, err
	}
	return code.PNG(imageScale)
}

// SVG draws a code alone, at the size of the paper's; title is its accessible name.
func SVG(text, title string) ([]byte, error) {
	code, err := qr.Encode(text, qr.Q)
	if err != nil {
		return nil, err
	}
	side := paper.CodeSide * float64(code.Size+2*qr.QuietZone) / float64(code.Size)
	sized := fmt.Sprintf(`<svg width="%.2fmm" height="%.2fmm" `, side, side)
	return []byte(strings.Replace(code.SVG(title), "<svg ", sized, 1)), nil
}

// Row is one line of what a certificate says.
type Row = paper.Row
