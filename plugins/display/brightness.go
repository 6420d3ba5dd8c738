package display

import (
	"math"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// brightness is how bright the panel is, and when it is blank.
type brightness struct {
	Config
	blanked bool             // by an action
	fixed   *plugins.Percent // by an action; nil: it is not
	awake   plugins.Instant  // until then it is not blank, since an action woke it
	isBlank bool             // as of the last picture

	follower follower
}

// at returns whether the panel is blank, and if not how bright it is. While the clock is
// not synchronized the time of day does not count.
func (b *brightness) at(m *panel.Moment) (blank bool, level plugins.Percent) {
	blank, level = b.blanked, b.Brightness
	if m.Synchronized && len(b.Blank)+len(b.Dim) > 0 {
		m.TrueThisMinute()
		for _, window := range b.Blank {
			blank = blank || window.Contains(m.Now)
		}
		for _, d := range b.Dim {
			if d.During.Contains(m.Now) {
				level = d.Brightness
			}
		}
	}
	if followed, ok := b.follower.at(level); ok {
		level = followed
		m.TrueUntil(m.UntilMono(b.follower.source.Expires()))
	}
	if b.fixed != nil {
		level = *b.fixed
	}
	m.TrueUntil(m.UntilMono(b.awake))
	b.isBlank = blank && m.Mono >= b.awake
	return b.isBlank, level
}

// wake wakes the panel for a while, and returns whether it was blank.
func (b *brightness) wake(now plugins.Instant) (wasBlank bool) {
	wasBlank = b.isBlank
	b.blanked, b.isBlank, b.awake = false, false, now.Add(b.Wake)
	return wasBlank
}

// blank blanks the panel until it is woken.
func (b *brightness) blank() { b.blanked, b.isBlank, b.awake = true, true, 0 }

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
