package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var (
	fence  = regexp.MustCompile("(?ms)^```(\\S+)(?: file=(\\S+))?\n(.*?)^```$")
	prompt = regexp.MustCompile(`^\$ (! )?healthcode (.*)$`)
)

// script turns a document into a test: its files (several blocks of one file
// follow one another), and its commands with what they must print. An … stands for anything.
func script(t *testing.T, doc string) string {
	t.Helper()
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	files, names, steps := map[string]string{}, []string{}, ""
	for _, m := range fence.FindAllStringSubmatch(string(data), -1) {
		lang, name, body := m[1], m[2], m[3]
		if name != "" {
			if _, ok := files[name]; !ok {
				names = append(names, name)
			}
			files[name] += body
		}
		if lang == "console" {
			steps += stepsOf(t, body)
		}
	}
	for _, name := range names {
		steps += fmt.Sprintf("-- %s --\n%s", name, files[name])
	}
	return steps
}

// stepsOf reads a block of commands, each followed by what it prints.
func stepsOf(t *testing.T, block string) (out string) {
	t.Helper()
	stream := "stdout"
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		if m := prompt.FindStringSubmatch(line); m != nil {
			stream = "stdout"
			if m[1] != "" {
				stream = "stderr"
			}
			out += m[1] + "exec healthcode " + m[2] + "\n"
			continue
		}
		if strings.HasPrefix(line, "$") {
			t.Fatalf("no command that can be run: %s", line)
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, " ")), "…", ".*")
		out += stream + " '" + strings.ReplaceAll(pattern, "'", "''") + "'\n"
	}
	return out
}

// TestDocuments runs what the documents tell the reader to run.
func TestDocuments(t *testing.T) {
	for _, name := range []string{"facts.md", "policy.md"} {
		t.Run(name, func(t *testing.T) {
			text := script(t, filepath.Join("../../docs", name))
			if strings.Count(text, "exec healthcode") < 2 || !strings.Contains(text, "\n-- ") {
				t.Fatalf("no commands or files in %s", name)
			}
			file := filepath.Join(t.TempDir(), strings.TrimSuffix(name, ".md")+".txtar")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			testscript.Run(t, testscript.Params{Files: []string{file}, RequireExplicitExec: true})
		})
	}
}
