package demo

import (
	"fmt"
	"math/rand/v2"

	"healthcode"
)

var (
	surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
	givens   = []string{"伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英", "桂兰", "建国", "子涵", "雨桐", "浩然", "欣怡", "志强", "玉兰"}
	foreign  = []string{"Maria da Silva Santos", "John Michael Smith", "Nguyen Thi Minh Khai", "Anna-Lena Müller", "O'Connor Siobhan", "Wolfeschlegelsteinhausen Bergerdorff Hubert Blaine", "Jean-Baptiste de La Salle", "Ольга Петрова"}
	ids      = []string{"110105", "110108", "120101", "120103", "330203", "330212", "310104", "340104", "130102", "210102"}
)

// identityCard makes a resident ID number with a right check digit (GB 11643).
func identityCard(rng *rand.Rand, year int) string {
	body := fmt.Sprintf("%s%04d%02d%02d%03d", ids[rng.IntN(len(ids))], year, 1+rng.IntN(12), 1+rng.IntN(28), 1+rng.IntN(998))
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}

// somebody makes the n-th person: most have a resident ID, some another document.
func somebody(rng *rand.Rand, n int) healthcode.Person {
	p := healthcode.Person{Language: healthcode.ZH, Phone: fmt.Sprintf("+86139%08d", 10_000_000+n)}
	year := 1938 + rng.IntN(80)
	if n%23 == 7 {
		p.Name, p.Language = foreign[(n/23)%len(foreign)], healthcode.EN
		p.Documents = []healthcode.PersonDocument{{Document: healthcode.Document{Type: healthcode.DocumentPassport, Number: fmt.Sprintf("X%07d", 1_000_000+n), Country: "D"}, Entry: true}}
		return p
	}
	p.Name = string(surnames[rng.IntN(len(surnames))]) + givens[rng.IntN(len(givens))]
	d := healthcode.Document{Type: healthcode.DocumentID, Number: identityCard(rng, year)}
	switch n % 29 {
	case 3:
		d = healthcode.Document{Type: healthcode.DocumentHomeReturnHK, Number: fmt.Sprintf("H%08d", 1_000_000+n)}
	case 5:
		d = healthcode.Document{Type: healthcode.DocumentTaiwanPermit, Number: fmt.Sprintf("%08d", 10_000_000+n)}
	}
	p.Documents = []healthcode.PersonDocument{{Document: d, Entry: true}}
	return p
}
