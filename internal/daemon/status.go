package daemon

import (
	"fmt"
	"strings"
	"time"

	"ptvd/plugins"
)

// status says in one line how the instances are: "4/5 ok; trains: HTTP 503".
func (d *Daemon) status() string {
	var well int
	var ill []string
	for _, i := range d.instances {
		if i.health.Condition == plugins.OK {
			well++
			continue
		}
		ill = append(ill, i.entry.Name+": "+i.health.Why)
	}
	return strings.Join(append([]string{fmt.Sprintf("%d/%d ok", well, len(d.instances))}, ill...), "; ")
}

// Uptime returns how long the daemon has been running.
func (d *Daemon) Uptime() time.Duration {
	return d.loop.Now().Sub(d.started).Round(time.Millisecond)
}
