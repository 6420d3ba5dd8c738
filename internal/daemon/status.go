package daemon

import (
	"fmt"
	"strings"
	"time"

	"ptvd/internal/host"
)

// status returns the health of all instances in one line: "4/5 ok; trains: HTTP 503".
func (d *Daemon) status() string {
	var ok int
	var problems []string
	for _, i := range d.instances {
		if i.health.Condition == host.OK {
			ok++
			continue
		}
		problems = append(problems, i.entry.Name+": "+i.health.Why)
	}
	return strings.Join(append([]string{fmt.Sprintf("%d/%d ok", ok, len(d.instances))}, problems...), "; ")
}

// Uptime returns how long the daemon has been running.
func (d *Daemon) Uptime() time.Duration {
	return d.loop.Now().Sub(d.started).Round(time.Millisecond)
}
