package config

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // a small board may lack the data base
)

// zone is a time zone by its name in the IANA data base.
type zone struct{ *time.Location }

func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	location, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return fmt.Errorf("there is no such time zone; %s", meantZone(name))
	}
	z.Location = location
	return nil
}

func (z zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// location is where the board is: without a word in the file, where the system
// says.
func (z zone) location() *time.Location { return cmp.Or(z.Location, time.Local) }

func meantZone(name string) string {
	table, _ := os.ReadFile("/usr/share/zoneinfo/zone.tab") // absent on some systems
	var zones []string
	for line := range strings.Lines(string(table)) {
		if columns := strings.Split(strings.TrimSpace(line), "\t"); !strings.HasPrefix(line, "#") && len(columns) > 2 {
			zones = append(zones, columns[2])
			if _, city, _ := strings.Cut(columns[2], "/"); strings.EqualFold(city, name) {
				return "did you mean " + columns[2] + "?"
			}
		}
	}
	if near := nearest(name, zones); near != "" {
		return "did you mean " + near + "?"
	}
	return "write one as Australia/Melbourne or UTC"
}
