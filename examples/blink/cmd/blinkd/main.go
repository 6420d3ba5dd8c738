// Command blinkd is ptvd with one plugin more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/blink"
)

func main() { ptvd.Main() }
