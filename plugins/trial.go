package plugins

// Trier is a Plugin whose parts can be tried by hand before they do their work.
// "ptvd check --hardware" runs the trials of all instances side by side, while
// somebody with a soldering iron looks, presses and turns:
//
//	func (b *blink) Trials() []plugins.Trial {
//		return []plugins.Trial{{Parts: []string{string(b.cfg.Pin)}, Run: b.try}}
//	}
//
// The plugin was made by New and is not started: a trial has the board, the loop
// and nothing else; there are no other instances to call or to hear of. Of a
// plugin that is no Trier the lines are listened to, and the rest is only opened.
type Trier interface {
	Plugin
	Trials() []Trial
}

// Trial is one thing to see, to press or to turn. A lamp with a knob has two.
type Trial struct {
	// Parts names what the trial opens, as the configuration does. One of which
	// a part cannot be opened is not run.
	Parts []string

	// Run opens the parts through [Env.Board] and tries them until it is
	// cancelled; then it leaves them dark, says what it is left in doubt about,
	// and returns. An error is a part that does not do what it should.
	Run func(t *Task, bench Bench) error
}

// Bench is where a trial says what it does and what it sees, a line at a time, in
// words for somebody who looks for a swapped wire.
type Bench interface {
	// Say tells what is done, what to do, and what has come of it. What follows
	// a line break stands below as it is, for a picture. Of what is said faster
	// than people read, a part is left out.
	Say(format string, args ...any)

	// Doubt tells what looks wrong, and what to do about it.
	Doubt(format string, args ...any)
}
