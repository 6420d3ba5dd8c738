// Package standard registers the plugins that come with ptvd.
package standard

import (
	_ "ptvd/plugins/button"
	_ "ptvd/plugins/display"
	_ "ptvd/plugins/fade"
	_ "ptvd/plugins/ntp"
	_ "ptvd/plugins/ptv"
)
