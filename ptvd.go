// Package ptvd is the whole program as a library: a main that imports it, and
// the plugins it wants, is a daemon with those plugins.
//
//	package main
//
//	import (
//		"ptvd"
//		_ "ptvd/plugins/all"
//
//		_ "example.org/doorbell"
//	)
//
//	func main() { ptvd.Main() }
package ptvd

import (
	"os"

	"ptvd/internal/cli"
)

// Main runs the command line of the process and ends it.
func Main() { os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr)) }
