// Command feedd is ptvd with one plugin more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/feed"
)

func main() { ptvd.Main() }
