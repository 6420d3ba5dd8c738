// Command thermometerd is ptvd with one plugin more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/thermometer"
)

func main() { ptvd.Main() }
