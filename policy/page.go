package policy

import (
	"fmt"
	"html"
	"strings"

	"healthcode"
)

// Page is a policy in words: headings, paragraphs, lists and tables, which can
// be written as Markdown or as HTML.
type Page struct {
	Title  string
	lang   healthcode.Language
	blocks []block
}

// block is a heading (level > 0), a list, a table, or a paragraph.
type block struct {
	level int
	text  string
	list  []item
	table [][]string // the first row is the head
}

// item is an element of a list, with a list below it.
type item struct {
	text  string
	below []string
}

func (p *Page) heading(level int, text string) {
	p.blocks = append(p.blocks, block{level: level, text: text})
}
func (p *Page) paragraph(text string)  { p.blocks = append(p.blocks, block{text: text}) }
func (p *Page) list(items ...item)     { p.blocks = append(p.blocks, block{list: items}) }
func (p *Page) table(rows ...[]string) { p.blocks = append(p.blocks, block{table: rows}) }

// Markdown writes the page as CommonMark with tables.
func (p *Page) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", p.Title)
	for _, block := range p.blocks {
		b.WriteString("\n")
		switch {
		case block.level > 0:
			fmt.Fprintf(&b, "%s %s\n", strings.Repeat("#", block.level), block.text)
		case block.list != nil:
			for _, it := range block.list {
				fmt.Fprintf(&b, "- %s\n", it.text)
				for _, below := range it.below {
					fmt.Fprintf(&b, "  - %s\n", below)
				}
			}
		case block.table != nil:
			for i, row := range block.table {
				for _, cell := range row {
					fmt.Fprintf(&b, "| %s ", strings.ReplaceAll(cell, "|", `\|`))
				}
				b.WriteString("|\n")
				if i == 0 {
					b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
				}
			}
		default:
			b.WriteString(block.text + "\n")
		}
	}
	return b.String()
}

const pageStyle = `body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3rem .5rem;text-align:left;vertical-align:top}
code{overflow-wrap:anywhere}`

// HTML writes the page as one document that needs nothing else.
func (p *Page) HTML() string {
	var b strings.Builder
	title := html.EscapeString(p.Title)
	lang := string(p.lang)
	if p.lang == healthcode.ZH {
		lang = "zh-Hans"
	}
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n<style>%s</style>\n<h1>%s</h1>\n",
		lang, title, pageStyle, title)
	for _, block := range p.blocks {
		switch {
		case block.level > 0:
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", block.level, inline(block.text), block.level)
		case block.list != nil:
			b.WriteString("<ul>\n")
			for _, it := range block.list {
				fmt.Fprintf(&b, "<li>%s", inline(it.text))
				if len(it.below) > 0 {
					b.WriteString("<ul>")
					for _, below := range it.below {
						fmt.Fprintf(&b, "<li>%s</li>", inline(below))
					}
					b.WriteString("</ul>")
				}
				b.WriteString("</li>\n")
			}
			b.WriteString("</ul>\n")
		case block.table != nil:
			b.WriteString("<table>\n")
			for i, row := range block.table {
				tag := "td"
				if i == 0 {
					tag = "th"
				}
				b.WriteString("<tr>")
				for _, cell := range row {
					fmt.Fprintf(&b, "<%s>%s</%s>", tag, inline(cell), tag)
				}
				b.WriteString("</tr>\n")
			}
			b.WriteString("</table>\n")
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", inline(block.text))
		}
	}
	b.WriteString("</html>\n")
	return b.String()
}

// inline turns the page's `code` and **strong** into HTML.
func inline(s string) string {
	s = html.EscapeString(s)
	for _, mark := range [][2]string{{"`", "code"}, {"**", "strong"}} {
		parts := strings.Split(s, mark[0])
		for i := 1; i+1 < len(parts); i += 2 {
			parts[i] = "<" + mark[1] + ">" + parts[i] + "</" + mark[1] + ">"
		}
		s = strings.Join(parts, "")
	}
	return s
}
