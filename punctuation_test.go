package healthcode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// halfWidth finds ASCII punctuation beside a Chinese character or Chinese punctuation.
var halfWidth = regexp.MustCompile(`[\p{Han}，。；：？！（）、][,;:?!()]|[,;:?!()][\p{Han}，。；：？！（）、]`)

// chinese reports whether a text is Chinese: an English one may quote a few characters.
func chinese(text string) bool {
	han, latin := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	return han > latin
}

// TestChinesePunctuation looks through every text of the program and of the policies.
func TestChinesePunctuation(t *testing.T) {
	seen := 0
	check := func(at, text string) {
		if chinese(text) {
			seen++
			if found := halfWidth.FindString(text); found != "" {
				t.Errorf("%s: %q has half-width punctuation; write ，；：？！（） in %s", at, found, text)
			}
		}
	}
	for _, root := range []string{"internal", "cmd", "policies", "policy"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules"):
				return filepath.SkipDir
			case strings.HasSuffix(path, ".yaml"):
				data, err := os.ReadFile(path)
				for i, line := range strings.Split(string(data), "\n") {
					line, _, _ = strings.Cut(line, " # ")
					for _, quoted := range regexp.MustCompile(`"[^"]*"|'[^']*'`).FindAllString(line, -1) {
						check(path+":"+strconv.Itoa(i+1), quoted)
					}
				}
				return err
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				files := token.NewFileSet()
				file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
				if err != nil {
					return err
				}
				ast.Inspect(file, func(n ast.Node) bool {
					if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
						if text, err := strconv.Unquote(l.Value); err == nil {
							check(files.Position(l.Pos()).String(), text)
						}
					}
					return true
				})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d texts were looked at", seen)
	}
}
