// Command oledd is ptvd with one panel device more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/oled"
)

func main() { ptvd.Main() }
