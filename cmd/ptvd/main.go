// Command ptvd is a daemon for Raspberry Pi-class boards, with the plugins that come
// with it. Run "ptvd help" for usage.
package main

import (
	"ptvd"
	_ "ptvd/plugins/all"
)

func main() { ptvd.Main() }
