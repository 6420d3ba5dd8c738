// Command ptvd is the daemon with the plugin hog, for the tests in the virtual machine.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"
	_ "ptvd/test/vm/hog"
)

func main() { ptvd.Main() }
