package plugins

import "errors"

// Plugin is one instance at work. Both methods run on the loop, in a task of the
// instance, and may await.
type Plugin interface {
	// Start opens what the plugin needs and starts its tasks by [Env.Go].
	Start(t *Task) error

	// Stop leaves the parts as they should be left: lamp off, panel blank.
	// The instance's tasks have ended by then. What was opened through the
	// board is closed afterwards.
	Stop(t *Task) error
}

// Updater is a Plugin that can take a changed configuration while it runs. It
// returns [ErrRestart], with nothing changed, where the change needs a new start.
type Updater[C any] interface {
	Update(t *Task, cfg C) error
}

// ErrRestart says that a change of the configuration needs a restart of the
// instance.
var ErrRestart = errors.New("needs a restart")

// Spec is what a plugin tells of itself. C is its configuration.
type Spec[C any] struct {
	Name     string // what stands behind "plugin:"
	Doc      string // one sentence for people
	Defaults C      // the configuration before the file is read
	Topics   []Topic
	Actions  []ActionSpec

	// New makes an instance. It is pure: no I/O, no tasks.
	New func(env Env, cfg C) (Plugin, error)
}

// ActionSpec is a verb that other instances may call; [Env.Handle] gives it its
// meaning. A Config with a method
//
//	CheckAction(name, arg string) error
//
// may refuse verbs that make no sense the way it is configured.
type ActionSpec struct {
	Name string
	Doc  string
	Arg  string                 // what its argument is; empty: it takes none
	Test func(arg string) error // whether an argument is good; nil: all are
}
