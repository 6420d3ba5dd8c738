package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"ptvd/plugins"
)

// Config is the configuration of a schedule.
type Config struct {
	Schedules []Entry          `yaml:"schedules" doc:"what is called, and when, in the time zone of the file" required:"true"`
	Place     plugins.Position `yaml:"place" doc:"where the sun rises and sets, as latitude,longitude; needed for sunrise and sunset"`
	Late      time.Duration    `yaml:"late" doc:"what was missed by less than this, because the daemon did not run or the clock was not synchronized, is called as soon as possible, once" min:"1s" max:"24h"`
}

// Entry is one entry of a schedule.
type Entry struct {
	At   []At                `yaml:"at" doc:"a time of day, sunrise or sunset, or a list of them; sunset -20m is 20 minutes before"`
	Days []Days              `yaml:"days" doc:"the days of the week for at, such as mon-fri or [tue, sat-sun]; none: every day"`
	Cron Cron                `yaml:"cron" doc:"in place of at, a cron expression: minute, hour, day of the month, month, day of the week"`
	Do   []plugins.ActionRef `yaml:"do" doc:"the action that is called, or a list of actions" required:"true"`
}

// Validate refuses entries by the sun without a place.
func (c Config) Validate() error {
	if len(c.Schedules) == 0 {
		return plugins.OptionErrorf("schedules", "the list is empty; write an entry, such as {at: 07:00, do: panel.wake}")
	}
	for i, e := range c.Schedules {
		for _, at := range e.At {
			if at.Event != Midnight && c.Place == (plugins.Position{}) {
				return plugins.OptionErrorf(fmt.Sprintf("schedules[%d].at", i), "sunrise and sunset depend on the place; add place, such as place: -37.81,144.96")
			}
		}
	}
	return nil
}

// Validate refuses an entry that says nothing of when, or says it twice.
func (e Entry) Validate() error {
	switch {
	case e.Cron == "" && len(e.At) == 0:
		return errors.New("the time is missing; add at or cron, such as at: 07:00")
	case e.Cron != "" && len(e.At) > 0:
		return plugins.OptionErrorf("cron", "cron and at cannot be combined; write two entries")
	case e.Cron != "" && len(e.Days) > 0:
		return plugins.OptionErrorf("days", "days belong to at; write the days into the last field of cron, such as 1-5")
	}
	return nil
}

// Event is what the time of an [At] is counted from.
type Event int

// The events.
const (
	Midnight Event = iota // by the clock: the offset is a time of day
	Sunrise
	Sunset
)

// At is a time of every day: 07:00, sunrise, or sunset -20m.
type At struct {
	Event  Event
	Offset time.Duration // after the event
}

// maxOffset is the greatest offset from sunrise or sunset.
const maxOffset = 6 * time.Hour

// UnmarshalText reads a time of day, or sunrise or sunset with an optional offset of up to
// six hours.
func (a *At) UnmarshalText(text []byte) error {
	var clock plugins.TimeOfDay
	if clock.UnmarshalText(text) == nil {
		*a = At{Midnight, time.Duration(clock)}
		return nil
	}
	compact := strings.ReplaceAll(string(text), " ", "")
	*a = At{Event: Sunrise}
	offset, ok := strings.CutPrefix(compact, "sunrise")
	if !ok {
		a.Event = Sunset
		offset, ok = strings.CutPrefix(compact, "sunset")
	}
	var err error
	if offset != "" {
		a.Offset, err = time.ParseDuration(offset)
	}
	switch {
	case !ok:
		return errors.New("not a time of the day; write 00:00 to 23:59, sunrise, or sunset -20m")
	case err != nil || offset != "" && offset[0] != '+' && offset[0] != '-':
		return errors.New("not an offset; write it as sunset -20m or sunrise +1h30m")
	case a.Offset.Abs() > maxOffset:
		return errors.New("the offset is too large; write at most 6h")
	}
	return nil
}

// Days is a set of days of the week: a bit for each, the lowest for Sunday.
type Days uint8

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText reads a day, mon, or a range, mon-fri. A range may extend past Saturday.
func (d *Days) UnmarshalText(text []byte) error {
	from, to, isRange := strings.Cut(string(text), "-")
	first := slices.Index(dayNames, strings.TrimSpace(from))
	last := first
	if isRange {
		last = slices.Index(dayNames, strings.TrimSpace(to))
	}
	if first < 0 || last < 0 {
		return errors.New("not days of the week; write one as mon, or a range as mon-fri")
	}
	*d = 1 << first
	for day := first; day != last; {
		day = (day + 1) % len(dayNames)
		*d |= 1 << day
	}
	return nil
}

// Cron is a cron expression of five fields.
type Cron string

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// UnmarshalText reads an expression that comes due at some time.
func (c *Cron) UnmarshalText(text []byte) error {
	if *c = Cron(text); len(text) > 200 || strings.Contains(string(text), "=") { // the library reads a time zone before it
		return errors.New("not a cron expression; write five fields, such as */15 6-9 * * 1-5")
	}
	if _, err := parser.Parse(string(text)); err != nil {
		return fmt.Errorf("not a cron expression: %w; write five fields, such as */15 6-9 * * 1-5", err)
	}
	if (&timetable{cron: c.parse()}).next(0, 4*365*secondsPerDay, time.UTC) == 0 {
		return errors.New("there is no such day; it would never be called")
	}
	return nil
}

// parse returns an expression that was accepted by UnmarshalText.
func (c Cron) parse() *cron.SpecSchedule {
	expression, _ := parser.Parse(string(c))
	return expression.(*cron.SpecSchedule)
}
