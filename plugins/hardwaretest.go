package plugins

// HardwareTester is a Plugin whose parts can be tested before the daemon uses them.
// "ptvd check --hardware" runs the tests of all instances at the same time, while a
// person watches, presses and turns:
//
//	func (b *blink) HardwareTests() []plugins.HardwareTest {
//		return []plugins.HardwareTest{{Parts: []string{string(b.cfg.Pin)}, Run: b.testHardware}}
//	}
//
// The plugin was made by New and is not started: a test has the board and the loop,
// but no other instances to call or to subscribe to. If a plugin is not a
// HardwareTester, changes of its lines are printed and its other parts are only
// opened.
type HardwareTester interface {
	Plugin
	HardwareTests() []HardwareTest
}

// HardwareTest tests one thing to see, to press or to turn. A lamp with a rotary
// encoder has two tests.
type HardwareTest struct {
	// Parts are the names of the parts that the test opens, as in the
	// configuration. If one of them cannot be opened, the test does not run.
	Parts []string

	// Run opens the parts through [Env.Board] and tests them until it is
	// cancelled. Before it returns it turns them off and reports what it could not
	// confirm. An error means that a part does not work.
	Run func(t *Task, report Reporter) error
}

// Reporter prints what a test does and sees, a line at a time, so that a person finds
// a swapped wire.
type Reporter interface {
	// Info prints what the test does, what the person should do, and what was
	// seen. Text after a line break, such as a picture, is printed unchanged below
	// it. At most 20 lines a second are printed; the rest are counted.
	Info(format string, args ...any)

	// Warn prints what looks wrong and how to fix it.
	Warn(format string, args ...any)

	// Ask prints a question and its answers, each of which may be a picture of several
	// lines, and waits until the person types the number of one. It returns the index
	// of that answer, or an error if the task is cancelled. Questions of several
	// tests are asked one after the other.
	Ask(t *Task, question string, answers []string) (int, error)
}
