package fade

import "math"

// dimmer is what the lamp should be. Levels are 0 to 1 as the eye sees them.
type dimmer struct {
	least, most, step float64
	levels
}

// levels are what outlives a restart.
type levels struct {
	Goal float64 `json:"goal"` // 0: off
	Last float64 `json:"last"` // the latest goal that was not off
}

// set aims at a level, kept between least and most; 0 is off.
func (d *dimmer) set(level float64) {
	if level = grid(level); level <= 0 {
		d.Goal = 0
		return
	}
	d.Goal = min(max(level, d.least), d.most)
	d.Last = d.Goal
}

// turn goes up or down by steps, up to the end stops. A lamp that is off comes
// on at its darkest.
func (d *dimmer) turn(steps float64) {
	if d.Goal > 0 || steps > 0 {
		d.set(max(d.Goal+grid(steps*d.step), d.least))
	}
}

func (d *dimmer) on()  { d.set(d.Last) }
func (d *dimmer) off() { d.Goal = 0 }

// toggle goes from off to the last level and back.
func (d *dimmer) toggle() {
	if d.Goal > 0 {
		d.off()
	} else {
		d.on()
	}
}

// restore takes up what was saved, the way the configuration says: last, off or
// on.
func (d *dimmer) restore(how string, saved levels) {
	d.set(saved.Last)
	if how == "off" || how == "last" && saved.Goal == 0 {
		d.off()
	}
}

// grid rounds to a hundredth of a percent, so that as many steps down as up lead
// back to where they began, and to exactly 0.
func grid(level float64) float64 { return math.Round(level*1e4) / 1e4 }
