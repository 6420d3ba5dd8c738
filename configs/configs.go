// Package configs holds the example configurations. The demo's is part of the
// program.
package configs

import _ "embed"

// Demo is demo.yaml.
//
//go:embed demo.yaml
var Demo []byte
