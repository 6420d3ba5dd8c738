// Package all registers the plugins that come with ptvd.
package all

import (
	_ "ptvd/plugins/button"
	_ "ptvd/plugins/display"
	_ "ptvd/plugins/exec"
	_ "ptvd/plugins/fade"
	_ "ptvd/plugins/max7219"
	_ "ptvd/plugins/motis"
	_ "ptvd/plugins/mqtt"
	_ "ptvd/plugins/ntp"
	_ "ptvd/plugins/output"
	_ "ptvd/plugins/ptv"
	_ "ptvd/plugins/remote"
	_ "ptvd/plugins/schedule"
	_ "ptvd/plugins/sensor"
	_ "ptvd/plugins/ssd1306"
	_ "ptvd/plugins/ssd1322"
)
