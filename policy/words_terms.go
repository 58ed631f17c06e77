package policy

import "healthcode"

// terms are the words for the identifiers of facts, activities and decisions.
var terms = map[string]healthcode.Text{
	// kinds
	"test": {ZH: "检测", EN: "test"}, "vaccination": {ZH: "疫苗接种", EN: "vaccination"}, "diagnosis": {ZH: "诊断", EN: "diagnosis"},
	"contact": {ZH: "接触", EN: "contact"}, "symptoms": {ZH: "症状", EN: "symptoms"}, "stay": {ZH: "停留", EN: "stay"},
	"entry": {ZH: "入境", EN: "border entry"}, "arrival": {ZH: "到达本地", EN: "arrival"}, "quarantine": {ZH: "隔离观察", EN: "quarantine"},
	"purchase": {ZH: "购药", EN: "purchase"}, "clinic": {ZH: "就诊", EN: "visit to a clinic"}, "declaration": {ZH: "行程申报", EN: "trip declaration"},
	// fields
	"analyte": {ZH: "项目", EN: "analyte"}, "result": {ZH: "结果", EN: "result"}, "lab": {ZH: "检测机构", EN: "laboratory"},
	"product": {ZH: "疫苗", EN: "product"}, "dose": {ZH: "剂次", EN: "dose"}, "doses": {ZH: "全程剂数", EN: "doses of the series"}, "lot": {ZH: "批号", EN: "lot"},
	"class": {ZH: "类别", EN: "class"}, "area": {ZH: "地区", EN: "area"}, "evidence": {ZH: "依据", EN: "evidence"}, "port": {ZH: "口岸", EN: "port"},
	"origin": {ZH: "来源地", EN: "origin"}, "place": {ZH: "地点", EN: "place"}, "completed": {ZH: "已完成", EN: "completed"}, "verified": {ZH: "已核实", EN: "verified"},
	"category": {ZH: "药品类别", EN: "category"}, "visited": {ZH: "到过的地区", EN: "areas visited"}, "phones": {ZH: "核验的手机号数", EN: "phones verified"},
	"time": {ZH: "时间", EN: "time"}, "from": {ZH: "开始", EN: "start"}, "to": {ZH: "结束", EN: "end"}, "recorded": {ZH: "登记时间", EN: "time of recording"}, "source": {ZH: "来源", EN: "source"},
	// values
	"nucleic-acid": {ZH: "核酸", EN: "nucleic acid"}, "antigen": {ZH: "抗原", EN: "antigen"}, "igg": {ZH: "IgG抗体", EN: "IgG antibody"}, "igm": {ZH: "IgM抗体", EN: "IgM antibody"},
	"positive": {ZH: "阳性", EN: "positive"}, "negative": {ZH: "阴性", EN: "negative"}, "invalid": {ZH: "无效", EN: "invalid"},
	"confirmed": {ZH: "确诊", EN: "confirmed"}, "suspected": {ZH: "疑似", EN: "suspected"}, "asymptomatic": {ZH: "无症状感染", EN: "infected without symptoms"},
	"close": {ZH: "密切接触", EN: "close contact"}, "symptomatic-contact": {ZH: "与有症状者接触", EN: "contact with somebody who has symptoms"},
	"same-building": {ZH: "同楼有病例", EN: "a case in the same building"}, "association": {ZH: "时空关联", EN: "association in place and time"},
	"declared": {ZH: "本人申报", EN: "declared"}, "telecom": {ZH: "通信数据", EN: "telecom data"}, "ticket": {ZH: "车票", EN: "a ticket"},
	"payment": {ZH: "支付", EN: "a payment"}, "venue": {ZH: "场所登记", EN: "a venue's register"}, "officer": {ZH: "工作人员登记", EN: "an officer's record"},
	"designated": {ZH: "集中观察点", EN: "a designated place"}, "home": {ZH: "居家", EN: "home"},
	"antiviral": {ZH: "抗病毒药", EN: "antiviral"}, "antibiotic": {ZH: "抗生素", EN: "antibiotic"},
	"fever": {ZH: "发热", EN: "fever"}, "cough": {ZH: "咳嗽", EN: "cough"}, "dry-cough": {ZH: "干咳", EN: "dry cough"}, "fatigue": {ZH: "乏力", EN: "fatigue"},
	"sore-throat": {ZH: "咽痛", EN: "sore throat"}, "runny-nose": {ZH: "流涕", EN: "runny nose"}, "stuffy-nose": {ZH: "鼻塞", EN: "stuffy nose"},
	"shortness-of-breath": {ZH: "气促", EN: "shortness of breath"}, "loss-of-smell": {ZH: "嗅觉减退", EN: "loss of smell"}, "loss-of-taste": {ZH: "味觉减退", EN: "loss of taste"},
	"conjunctivitis": {ZH: "结膜炎", EN: "conjunctivitis"}, "muscle-pain": {ZH: "肌痛", EN: "muscle pain"}, "diarrhoea": {ZH: "腹泻", EN: "diarrhoea"}, "rash": {ZH: "皮疹", EN: "rash"},
	"low": {ZH: "低风险", EN: "low risk"}, "medium": {ZH: "中风险", EN: "medium risk"}, "high": {ZH: "高风险", EN: "high risk"},
	// activities
	"leave-home": {ZH: "离开住处", EN: "leaving home"}, "travel": {ZH: "旅行", EN: "travelling"}, "use-transport": {ZH: "乘坐公共交通", EN: "public transport"},
	"enter-city": {ZH: "进入本市", EN: "entering the city"}, "be-in-city": {ZH: "身在本市", EN: "being in the city"}, "visit-office": {ZH: "到现场办理", EN: "going to an office"},
	"take-test": {ZH: "接受检测", EN: "being tested"}, "visit-clinic": {ZH: "到医疗机构", EN: "going to a clinic"}, "online": {ZH: "网上办理", EN: "doing it online"},
	"be-checked": {ZH: "由部门核实", EN: "being checked by the authority"}, "show-code": {ZH: "亮码通行", EN: "passing with the code"},
	"leave-site": {ZH: "离开观察点", EN: "leaving the site"}, "visit-test-site": {ZH: "到检测点", EN: "going to a test site"},
	// what ends depend on
	"automatic": {ZH: "自动", EN: "by itself"}, "test-result": {ZH: "检测结果", EN: "a test result"}, "verification": {ZH: "核实", EN: "verification"},
	"lift": {ZH: "解除", EN: "a lift"}, "discharge": {ZH: "出院", EN: "discharge"}, "completion": {ZH: "观察完成", EN: "completion"}, "departure": {ZH: "离开", EN: "departure"},
	// doors
	"admit": {ZH: "放行", EN: "admit"}, "measure-temperature": {ZH: "测体温", EN: "measure the temperature"}, "refer": {ZH: "引导", EN: "refer"}, "refuse": {ZH: "不放行", EN: "refuse"},
	"advisory": {ZH: "仅供参考", EN: "advisory"}, "not-used": {ZH: "不用码", EN: "the code is not used"}, "none": {ZH: "无码", EN: "no code"},
	"normal": {ZH: "正常", EN: "normal"}, "unmeasured": {ZH: "未测", EN: "not measured"}, "state": {ZH: "状态", EN: "the state"}, "temperature": {ZH: "体温", EN: "the temperature"}, "no-code": {ZH: "无码", EN: "no code"},
	// shapes and relations
	"octagon": {ZH: "八边形", EN: "octagon"}, "triangle": {ZH: "三角形", EN: "triangle"}, "circle": {ZH: "圆形", EN: "circle"}, "square": {ZH: "方形", EN: "square"},
	"diamond": {ZH: "菱形", EN: "diamond"}, "pentagon": {ZH: "五边形", EN: "pentagon"}, "star": {ZH: "星形", EN: "star"},
	"spouse": {ZH: "配偶", EN: "spouse"}, "parent": {ZH: "父母", EN: "parent"}, "child": {ZH: "子女", EN: "child"}, "other": {ZH: "其他人", EN: "other"},
	"ward": {ZH: "被监护人", EN: "ward"}, "cared-for": {ZH: "由本人照护的人", EN: "somebody cared for"}, "institution": {ZH: "机构的入住者", EN: "resident of an institution"},
}
