package area

import (
	_ "embed"
	"strings"
)

// The data files and where they come from are described in data/README.md.
var (
	//go:embed data/divisions.tsv
	divisionsFile string
	//go:embed data/former.tsv
	formerFile string
	//go:embed data/zones.tsv
	zonesFile string
	//go:embed data/ports.tsv
	portsFile string
	//go:embed data/towns.txt
	townsFile string
	//go:embed data/history-2022.json
	demoFile []byte
)

// rows yields the fields of each line of a tab-separated file, without its heading.
func rows(file string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		_, body, _ := strings.Cut(file, "\n")
		for line := range strings.Lines(body) {
			if !yield(strings.Split(strings.TrimSuffix(line, "\n"), "\t")) {
				return
			}
		}
	}
}
