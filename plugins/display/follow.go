package display

import (
	"math"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Follow is how the brightness follows the light of the room.
type Follow struct {
	From   plugins.From[topics.Reading] `yaml:"from" doc:"the instance that measures the light, such as a sensor in lx; none: the brightness follows nothing"`
	Dark   float64                      `yaml:"dark" doc:"the reading up to which the panel has its least brightness" min:"0.001" max:"100000"`
	Bright float64                      `yaml:"bright" doc:"the reading from which on it has all of brightness" min:"0.001" max:"100000"`
	Least  plugins.Percent              `yaml:"least" doc:"the least brightness"`
}

// Validate checks what the tags cannot express.
func (f Follow) Validate() error {
	if f.Dark >= f.Bright {
		return plugins.OptionErrorf("dark", "dark is not below bright; write a lower dark or a higher bright")
	}
	return nil
}

// follower is the brightness that follows a reading.
type follower struct {
	Follow
	source *plugins.Subscription[topics.Reading] // nil: it follows nothing
	level  plugins.Percent
}

func newFollower(env plugins.Env, cfg Follow) follower {
	f := follower{Follow: cfg, level: -1}
	if cfg.From.Instance != "" {
		f.source = plugins.Subscribe(env, cfg.From)
	}
	return f
}

// hysteresis is how far the reading must ask for another brightness until it changes, so
// that it does not flicker between two.
const hysteresis = 0.05

// at returns the brightness at a reading, up to most, and false while there is none.
func (f *follower) at(most plugins.Percent) (plugins.Percent, bool) {
	if f.source == nil {
		return 0, false
	}
	reading, ok := f.source.Get()
	if !ok || math.IsNaN(reading.Value) {
		return 0, false
	}
	if wanted := f.wanted(reading.Value, most); f.level < 0 || f.level > most || math.Abs(float64(wanted-f.level)) > hysteresis {
		f.level = wanted
	}
	return f.level, true
}

// wanted returns the brightness for a reading. It grows with the logarithm of the light, as
// the eye sees it: from the least at dark to most at bright.
func (f *follower) wanted(reading float64, most plugins.Percent) plugins.Percent {
	least := min(f.Least, most)
	share := math.Log(max(reading, f.Dark)/f.Dark) / math.Log(f.Bright/f.Dark)
	return least + (most-least)*plugins.Percent(min(share, 1))
}

// version returns another number when there is another reading.
func (f *follower) version() uint64 {
	if f.source == nil {
		return 0
	}
	return f.source.Version()
}
