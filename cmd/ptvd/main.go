// Command ptvd runs small tasks on a small board: departures, a panel, a button,
// a lamp. Run "ptvd help".
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"
)

func main() { ptvd.Main() }
