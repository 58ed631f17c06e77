package web

import "healthcode"

// The words of what is known of a person. A value that a source may add later
// is shown as it came.
var (
	factKinds = map[string]healthcode.Text{
		"test":        say("检测", "Test"),
		"vaccination": say("接种", "Vaccination"),
		"diagnosis":   say("诊断", "Diagnosis"),
		"contact":     say("接触", "Contact"),
		"symptoms":    say("症状", "Symptoms"),
		"stay":        say("到过", "Stay"),
		"entry":       say("入境", "Entry into the country"),
		"arrival":     say("到达本地", "Arrival here"),
		"quarantine":  say("隔离观察", "Quarantine"),
		"purchase":    say("购药", "Medicine bought"),
		"clinic":      say("就诊", "Visit to a clinic"),
		"lift":        say("解除", "Lift"),
		"declaration": say("行程申报", "Trip declaration"),
		"retraction":  say("撤回", "Taken back"),
	}
	analytes = map[string]healthcode.Text{
		"nucleic-acid": say("核酸", "nucleic acid"),
		"antigen":      say("抗原", "antigen"),
		"igg":          say("IgG 抗体", "IgG antibody"),
		"igm":          say("IgM 抗体", "IgM antibody"),
	}
	results = map[string]healthcode.Text{
		"positive": say("阳性", "positive"),
		"negative": say("阴性", "negative"),
		"invalid":  say("无效", "invalid"),
	}
	classes = map[string]healthcode.Text{
		"confirmed":           say("确诊", "confirmed"),
		"suspected":           say("疑似", "suspected"),
		"asymptomatic":        say("无症状", "without symptoms"),
		"close":               say("与感染者密切接触", "close contact with an infected person"),
		"symptomatic-contact": say("与有症状的人接触", "contact with a person who has symptoms"),
		"same-building":       say("同一楼有感染者", "an infected person in the same building"),
		"association":         say("与风险人员有关联", "linked to a person at risk"),
	}
	evidence = map[string]healthcode.Text{
		"declared": say("本人申报", "declared by you"),
		"telecom":  say("通信记录", "from the phone network"),
		"ticket":   say("车票记录", "from a ticket"),
		"payment":  say("支付记录", "from a payment"),
		"venue":    say("扫码记录", "from a door"),
		"officer":  say("工作人员登记", "recorded by an officer"),
	}
	places = map[string]healthcode.Text{
		"designated": say("集中观察点", "at a designated place"),
		"home":       say("居家", "at home"),
	}
	medicines = map[string]healthcode.Text{
		"fever":      say("退热药", "against fever"),
		"cough":      say("止咳药", "against cough"),
		"antiviral":  say("抗病毒药", "antiviral"),
		"antibiotic": say("抗生素", "antibiotic"),
	}
	sources = map[string]healthcode.Text{
		"person":     say("您本人", "you"),
		"lab":        say("检测机构", "a laboratory"),
		"border":     say("口岸", "border control"),
		"telecom":    say("通信运营商", "the phone network"),
		"rail":       say("铁路", "the railway"),
		"air":        say("民航", "an airline"),
		"payment":    say("支付机构", "a payment service"),
		"pharmacy":   say("药店", "a pharmacy"),
		"clinic":     say("医疗机构", "a clinic"),
		"hospital":   say("医院", "a hospital"),
		"quarantine": say("隔离点", "a quarantine site"),
		"venue":      say("场所门口", "a door"),
		"caseworker": say("社区工作人员", "a community officer"),
		"authority":  say("疫情防控部门", "the health authority"),
		"cdc":        say("疾控中心", "the centre for disease control"),
	}
	textOtherSource = say("有关部门", "another office")
)

// symptoms are those that the form asks for, in its order.
var symptoms = []struct {
	id   string
	text healthcode.Text
}{
	{"fever", say("发热（37.3℃ 或以上）", "Fever (37.3 °C or more)")},
	{"cough", say("咳嗽", "Cough")},
	{"dry-cough", say("干咳", "Dry cough")},
	{"sore-throat", say("咽痛", "Sore throat")},
	{"shortness-of-breath", say("气短、呼吸困难", "Shortness of breath")},
	{"runny-nose", say("流涕", "Runny nose")},
	{"stuffy-nose", say("鼻塞", "Stuffy nose")},
	{"fatigue", say("乏力", "Fatigue")},
	{"muscle-pain", say("肌肉酸痛", "Muscle pain")},
	{"headache", say("头痛", "Headache")},
	{"loss-of-smell", say("嗅觉减退", "Loss of smell")},
	{"loss-of-taste", say("味觉减退", "Loss of taste")},
	{"conjunctivitis", say("结膜炎", "Red, sore eyes")},
	{"diarrhoea", say("腹泻", "Diarrhoea")},
	{"rash", say("皮疹", "Rash")},
}

var (
	textComma          = say("、", ", ")
	textDetail         = say("%[1]s：%[2]s", "%[1]s: %[2]s")
	textSince          = say("自 %s 起", "since %s")
	textFromTo         = say("%[1]s 至 %[2]s", "%[1]s to %[2]s")
	textCompleted      = say("已完成", "completed")
	textVerified       = say("已核实", "verified")
	textNoSymptoms     = say("没有症状", "no symptoms")
	textVisitedNowhere = say("14 天内没有去过其他地方", "nowhere else in the last 14 days")
	textArrivedFrom    = say("来自%s", "from %s")
)
