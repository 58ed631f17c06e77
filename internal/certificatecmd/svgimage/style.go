package svgimage

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// paint is a colour reduced to its grey, or none.
type paint struct {
	set  bool
	grey uint8
}

// style is what an element inherits and changes.
type style struct {
	fill, stroke paint
	strokeWidth  float64
	evenOdd      bool
	hidden       bool
}

var defaults = style{fill: paint{set: true}, strokeWidth: 1}

var cssRule = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)

// addRules keeps the rules of a style sheet whose selector is one class, id or element name.
func (d *drawing) addRules(css string) {
	for _, rule := range cssRule.FindAllStringSubmatch(css, -1) {
		for _, selector := range strings.Split(rule[1], ",") {
			selector = strings.TrimSpace(selector)
			if d.rules[selector] == nil {
				d.rules[selector] = map[string]string{}
			}
			maps.Copy(d.rules[selector], declarations(rule[2]))
		}
	}
}

func declarations(css string) map[string]string {
	all := map[string]string{}
	for _, declaration := range strings.Split(css, ";") {
		if name, value, ok := strings.Cut(declaration, ":"); ok {
			all[strings.TrimSpace(name)] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		}
	}
	return all
}

// style gives an element's style: its attributes, over them the style sheet, over that its style attribute.
func (d *drawing) style(e *element, s style) style {
	s.apply(e.attrs)
	s.apply(d.rules[e.name])
	for _, class := range strings.Fields(e.attrs["class"]) {
		s.apply(d.rules["."+class])
		s.apply(d.rules[e.name+"."+class])
	}
	if id := e.attrs["id"]; id != "" {
		s.apply(d.rules["#"+id])
	}
	s.apply(declarations(e.attrs["style"]))
	return s
}

func (s *style) apply(properties map[string]string) {
	for name, value := range properties {
		switch name {
		case "fill":
			s.fill = parsePaint(value, s.fill)
		case "stroke":
			s.stroke = parsePaint(value, s.stroke)
		case "stroke-width":
			s.strokeWidth = length(value, s.strokeWidth)
		case "fill-rule":
			s.evenOdd = value == "evenodd"
		case "display":
			s.hidden = s.hidden || value == "none"
		case "visibility":
			s.hidden = s.hidden || value == "hidden"
		}
	}
	// These come after the paint, whatever the order in the file.
	transparent := func(name string) bool {
		v, ok := properties[name]
		return ok && length(v, 1) == 0
	}
	if transparent("fill-opacity") || transparent("opacity") {
		s.fill.set = false
	}
	if transparent("stroke-opacity") || transparent("opacity") {
		s.stroke.set = false
	}
}

var colourNames = map[string]uint8{
	"black": 0, "white": 255, "navy": 15, "blue": 29, "darkblue": 16, "green": 75, "darkgreen": 59, "red": 76, "gray": 128, "grey": 128,
	"silver": 192, "yellow": 226, "currentcolor": 0, "whitesmoke": 245, "lightgray": 211, "lightgrey": 211, "transparent": 255,
}

// parsePaint reads a colour; one it does not know, such as a gradient, counts as black.
func parsePaint(value string, inherited paint) paint {
	value = strings.ToLower(strings.TrimSpace(value))
	switch {
	case value == "none" || value == "transparent":
		return paint{}
	case value == "inherit" || value == "":
		return inherited
	case strings.HasPrefix(value, "#"):
		return paint{true, hexGrey(value[1:])}
	case strings.HasPrefix(value, "rgb"):
		_, inner, _ := strings.Cut(value, "(")
		scale := 1.0
		if strings.Contains(inner, "%") {
			scale = 2.55
		}
		v := numbers(strings.ReplaceAll(inner, "%", " "))
		if len(v) < 3 || len(v) == 4 && v[3] == 0 {
			return paint{set: len(v) < 3}
		}
		return paint{true, luma(v[0]*scale, v[1]*scale, v[2]*scale)}
	}
	return paint{true, colourNames[value]}
}

func hexGrey(hex string) uint8 {
	if len(hex) == 3 || len(hex) == 4 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	if len(hex) < 6 {
		return 0
	}
	n, err := strconv.ParseUint(hex[:6], 16, 32)
	if err != nil {
		return 0
	}
	return luma(float64(n>>16), float64(n>>8&255), float64(n&255))
}

func luma(r, g, b float64) uint8 {
	return uint8(min(255, max(0, 0.299*r+0.587*g+0.114*b)))
}
