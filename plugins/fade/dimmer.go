package fade

import "math"

// dimmer decides which level the lamp should have. Levels are 0 to 1 in perceived
// brightness.
type dimmer struct {
	minLevel, maxLevel, step float64
	levels
}

// levels is what is kept over a restart.
type levels struct {
	Goal float64 `json:"goal"` // 0: off
	Last float64 `json:"last"` // the latest goal that was not off
}

// set sets the goal, limited to minLevel and maxLevel; 0 is off.
func (d *dimmer) set(level float64) {
	if level = round(level); level <= 0 {
		d.Goal = 0
		return
	}
	d.Goal = min(max(level, d.minLevel), d.maxLevel)
	d.Last = d.Goal
}

// turn changes the goal by steps, within the limits. A lamp that is off comes on at
// minLevel.
func (d *dimmer) turn(steps float64) {
	if d.Goal > 0 || steps > 0 {
		d.set(max(d.Goal+round(steps*d.step), d.minLevel))
	}
}

func (d *dimmer) on()  { d.set(d.Last) }
func (d *dimmer) off() { d.Goal = 0 }

// toggle switches off, or on at the last level.
func (d *dimmer) toggle() {
	if d.Goal > 0 {
		d.off()
	} else {
		d.on()
	}
}

// restore applies saved levels; how is last, off or on.
func (d *dimmer) restore(how string, saved levels) {
	d.set(saved.Last)
	if how == "off" || how == "last" && saved.Goal == 0 {
		d.off()
	}
}

// round rounds to a hundredth of a percent, so that equally many steps up and down end
// where they began, and exactly at 0.
func round(level float64) float64 { return math.Round(level*1e4) / 1e4 }
