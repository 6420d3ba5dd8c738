// Package ptvd is the program as a library: a main package that imports it and
// some plugins is a daemon with those plugins.
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

// Main runs the command line and exits the process.
func Main() { os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr)) }
