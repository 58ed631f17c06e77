package policy

import (
	"fmt"
	"slices"
	"strings"
)

// standing says what every policy has in common.
func (x *explainer) standing() {
	x.heading(2, x.say("对所有规则", "For every rule"))
	x.list(
		item{text: x.say("撤回使一项事实失效；撤回本身也可以撤回。", "A retraction takes a fact back; a retraction can itself be taken back.")},
		item{text: x.say("解除对其涵盖时间之前登记的全部事实有效，此后地区等级再变也不重新触发；解除从不改变颜色。", "A lift ends a hold for every fact recorded up to the time that it covers, also if an area's level changes later. It never changes a colour.")},
		item{text: x.say("车票和支付记录是弱证据，不触发任何规则，只向本人提问，直到其后的行程申报或撤回。所提问题：“%s”", "Tickets and payments are weak evidence. They raise nothing and only ask, until a declaration after them or a retraction: “%s”", x.template(x.p.Question))},
		item{text: x.say("同一事项的几段时间相接的，合为一项，原因全部保留。", "Spans of one hold that touch are one hold with several reasons.")},
		item{text: x.say("车牌和户籍不是任何规则的依据。", "Number plates and household registration are no input of any rule.")})
}

func (x *explainer) holds() {
	if len(x.p.Holds) == 0 {
		return
	}
	x.heading(2, x.say("待办事项", "Holds"))
	rows := [][]string{{x.say("编号", "Hold"), x.say("名称", "Name"), x.say("负责单位", "Owner"), x.say("提示", "Advice"), x.say("期间不能", "Forbids")}}
	for _, h := range x.p.Holds {
		owner, _ := x.p.ContactOf(h.Owner)
		rows = append(rows, []string{h.Hold, x.in(h.Name), x.in(owner.Name), x.in(h.Advice), x.terms(h.Forbids)})
	}
	x.table(rows...)
	for _, h := range x.p.Holds {
		var more []item
		if h.AdviceElsewhere.Complete() {
			more = append(more, item{text: x.say("人在外地时提示：%s", "Advice for somebody outside: %s", x.in(h.AdviceElsewhere))})
		}
		for _, duty := range h.Duties {
			more = append(more, item{text: x.say("义务：%s", "Duty: %s", x.in(duty))})
		}
		if h.Basis.Complete() {
			more = append(more, item{text: x.say("依据：%s", "Legal basis: %s", x.in(h.Basis))})
		}
		if h.Essential {
			more = append(more, item{text: x.say("确有必要出行的，可以申请，由工作人员书面答复。", "Whoever must travel can apply; an officer answers in writing.")})
		}
		if len(more) > 0 {
			x.heading(3, x.in(h.Name))
			x.list(more...)
		}
	}
}

func (x *explainer) doors() {
	x.heading(2, x.say("场所", "At the door"))
	x.paragraph(x.say("体温达到 %g °C 为发热。对居民、工作人员和访客一视同仁。", "A temperature of %g °C or more is a fever. Residents, staff and visitors are treated alike.", x.p.FeverAt))
	for i := range x.p.Doors {
		d := &x.p.Doors[i]
		x.heading(3, x.in(d.Name))
		var venues []string
		for _, v := range x.p.Venues {
			if v.Door == d.Door {
				venues = append(venues, fmt.Sprintf("%s (`%s`)", x.in(v.Name), v.Venue))
			}
		}
		x.paragraph(x.say("适用场所：%s", "Venues: %s", strings.Join(venues, x.say("、", ", "))))
		rows := [][]string{{x.say("状态", "State"), x.say("体温", "Temperature"), x.say("决定", "Decision"), x.say("依据", "Grounds"), x.say("显示", "Text")}}
		for _, r := range d.Rows {
			rows = append(rows, []string{x.doorStates(r.State), x.any(r.Temperature), x.term(string(r.Decision)), x.terms(r.Grounds), x.in(r.Text)})
		}
		x.table(rows...)
	}
}

func (x *explainer) any(ids []string) string {
	if len(ids) == 0 {
		return x.say("任意", "any")
	}
	return x.terms(ids)
}

func (x *explainer) doorStates(ids []string) string {
	if len(ids) == 0 {
		return x.say("任意", "any")
	}
	var out []string
	for _, id := range ids {
		name := x.term(id)
		if s, ok := x.p.StateOf(id); ok {
			name = x.in(s.Name)
		}
		out = append(out, name)
	}
	return strings.Join(out, x.say("、", ", "))
}

func (x *explainer) settings() {
	p := x.p
	x.heading(2, x.say("联系方式", "Contacts"))
	rows := [][]string{{x.say("单位", "Office"), x.say("电话", "Phone"), x.say("时间", "Hours")}}
	for _, c := range p.Contacts {
		rows = append(rows, []string{x.in(c.Name), c.Phone, x.in(c.Hours)})
	}
	x.table(rows...)
	x.heading(2, x.say("其他", "Other settings"))
	var relations []string
	for _, r := range p.People.Relations {
		relations = append(relations, x.term(string(r)))
	}
	items := []item{
		{text: x.say("登记声明（%s）：%s", "Declaration before registering (%s): %s", p.Declaration.Version, x.in(p.Declaration.Text))},
		{text: x.say("场所记录保存%d天，证件照片保存%d天。", "Visits are kept for %d days, photos of documents for %d.", p.Retention.Visits, p.Retention.Photos)},
		{text: x.say("每次亮码有效%d秒。", "A pass is valid for %d seconds.", p.Pass.Valid)},
		{text: x.say("手机离线最多亮码%d分钟；状态变化时提前失效。", "A phone shows its code without a connection for up to %d minutes, less where the state changes before.", int(p.Pass.BoundFor().Minutes()))}}
	if p.People.Max > 0 {
		items = slices.Insert(items, 1, item{text: x.say("%s：最多%d人（%s）。", "%s: up to %d (%s).", x.in(p.People.Label), p.People.Max, strings.Join(relations, x.say("、", ", ")))})
	}
	for _, n := range p.Notes {
		items = append(items, item{text: x.in(n)})
	}
	x.list(items...)
}
