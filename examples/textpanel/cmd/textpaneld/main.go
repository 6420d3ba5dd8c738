// Command textpaneld is ptvd with one panel device more.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"

	_ "example.org/textpanel"
)

func main() { ptvd.Main() }
