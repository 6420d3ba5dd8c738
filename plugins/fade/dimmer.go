package fade

import "math"

// dimmer decides which level the lamp should have. Levels are 0 to 1 in perceived
// brightness.
type dimmer struct {
	minLevel, maxLevel, step float64
	levels
	turned bool // the goal comes from the encoder, not from an action
}

// levels is what is kept over a restart.
type levels struct {
	Goal float64 `json:"goal"` // 0: off
	Last float64 `json:"last"` // the latest level that was held; on goes there
}

// set sets the goal, limited to minLevel and maxLevel; 0 is off.
func (d *dimmer) set(level float64) {
	d.hold()
	d.move(level)
	d.hold()
	d.turned = false
}

// move sets the goal without holding it.
func (d *dimmer) move(level float64) {
	if d.Goal = round(level); d.Goal > 0 {
		d.Goal = min(max(d.Goal, d.minLevel), d.maxLevel)
	} else {
		d.Goal = 0
	}
}

// hold makes the goal the level that on goes to. An action holds its goal at once. The
// encoder moves through levels that nobody wants, such as the last one before off: its
// goal is held when it rests or when an action follows.
func (d *dimmer) hold() {
	if d.Goal > 0 {
		d.Last = d.Goal
	}
}

// turn changes the goal by steps, within the limits. A lamp that is off comes on at
// minLevel. The steps begin at the present level if they reverse a fade that an action
// started, and at the goal otherwise, so that each detent of a quick turn counts.
func (d *dimmer) turn(steps, level float64) {
	from := d.Goal
	if !d.turned && (d.Goal-level)*steps < 0 {
		from = level
	}
	if from > 0 || steps > 0 {
		d.move(max(from+round(steps*d.step), d.minLevel))
		d.turned = true
	}
}

func (d *dimmer) off() { d.set(0) }

// on switches on at the last level that was held.
func (d *dimmer) on() {
	if d.Goal == 0 {
		d.set(d.Last)
	}
}

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
	switch how {
	case "off":
		d.off()
	case "last":
		d.set(saved.Goal)
	}
}

// round rounds to a hundredth of a percent, so that equally many steps up and down end
// where they began, and exactly at 0.
func round(level float64) float64 { return math.Round(level*1e4) / 1e4 }
