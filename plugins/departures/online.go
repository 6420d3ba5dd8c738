package departures

import (
	"fmt"
	"strings"

	"ptvd/plugins"
)

// maxListed is how many departures CheckOnline lists.
const maxListed = 5

// CheckOnline asks for departures once and returns the next ones, or why there are
// none.
func (s *Source) CheckOnline(t *plugins.Task) (string, error) {
	s.begin()
	found, err := s.fetch(t)
	if err != nil {
		return "", err
	}
	if err := s.publish(t, found); err != nil {
		return "", err
	}
	d := s.published
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
		lines = append(lines, fmt.Sprintf("%s  %s (%s)", one.When().In(s.Env.Clock.Now().Location()).Format("15:04"), where, how))
	}
	return strings.Join(lines, "\n"), nil
}
