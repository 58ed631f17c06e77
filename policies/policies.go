// Package policies embeds the published policies. A city is data: each
// directory holds one version, policy.yaml with scenarios.yaml beside it.
package policies

import "embed"

// FS holds the policies as <jurisdiction>/<version>/policy.yaml.
//
//go:embed */*/*.yaml
var FS embed.FS
