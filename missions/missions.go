// Package missions embeds example embassies and consulates with their notices: data that says which papers a
// foreign national needs to board. They show the form, and are nobody's rules: an operator has files of their own.
package missions

import "embed"

// FS holds places.yaml and, for each mission, <mission>/<notice>.yaml.
//
//go:embed places.yaml */*.yaml
var FS embed.FS
