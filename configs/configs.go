// Package configs holds the example configurations. The demo's is part of the
// program; start.yaml is what a package installs.
package configs

import _ "embed"

// Demo is demo.yaml.
//
//go:embed demo.yaml
var Demo []byte

// Door is uptv.yaml, and Strip ledstrip.yaml: whole devices, for the manual.
var (
	//go:embed uptv.yaml
	Door string
	//go:embed ledstrip.yaml
	Strip string
)
