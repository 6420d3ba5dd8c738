package ptv

import (
	"fmt"
	"strings"

	"ptvd/plugins"
)

// maxListed is how many departures CheckOnline lists.
const maxListed = 5

// CheckOnline asks for departures once and returns the next ones, or why there are
// none.
func (p *ptv) CheckOnline(t *plugins.Task) (string, error) {
	p.begin()
	p.seen = seen{}
	found, err := p.fetch(t)
	if err != nil {
		return "", err
	}
	if err := p.publish(t, found); err != nil {
		return "", err
	}
	d := p.published
	if d.Mismatch != "" {
		return "", fmt.Errorf("%s", d.Mismatch)
	}
	lines := []string{fmt.Sprintf("%s: %d departures", d.Stop, len(d.List))}
	for _, one := range d.List[:min(len(d.List), maxListed)] {
		how := "by the timetable"
		switch {
		case one.Cancelled:
			how = "cancelled"
		case one.Live():
			how = "live"
		}
		where := strings.TrimSpace(one.Number + " " + one.Headsign)
		if one.Platform != "" {
			where += ", platform " + one.Platform
		}
		lines = append(lines, fmt.Sprintf("%s  %s (%s)", one.When().In(p.env.Clock.Now().Location()).Format("15:04"), where, how))
	}
	return strings.Join(lines, "\n"), nil
}
