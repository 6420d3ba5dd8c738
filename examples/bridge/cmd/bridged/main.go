// Command bridged is ptvd with one plugin more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/bridge"
)

func main() { ptvd.Main() }
