// Package plugins is the contract between ptvd and the author of a plugin.
//
// A plugin is a package that registers a [Spec] and does its work in tasks:
//
//	func init() {
//		plugins.Register(plugins.Spec[Config]{
//			Name: "blink", Doc: "blinks an LED",
//			Defaults: Config{Every: time.Second},
//			Actions:  plugins.Actions(pause),
//			New:      New,
//		})
//	}
//
//	// blink is the body of a task that Start starts by env.Go.
//	func (b *blink) blink(t *plugins.Task) error {
//		for tick := range t.Every(b.cfg.Every) {
//			if err := b.led.Set(t, tick.N%2 == 0); err != nil {
//				return err
//			}
//		}
//		return nil
//	}
//
// [Plugin] and [Spec] say what else there is. The complete plugin, with a test and a
// main package, is in examples/blink.
//
// # Tasks
//
// All tasks of all instances run on one loop, one at a time, and switch only where
// one waits: no lock is needed, and nothing may block. Work that blocks (network,
// disk, a bus) runs beside the loop by [Await]. A plugin does not call time.Sleep,
// time.Now or runtime.Goexit, and starts no goroutine.
//
// # An instance
//
// The daemon calls New, Start and Stop, in this order, on the loop. Stop is called
// after the instance's tasks have ended, also where Start has failed and a part may
// not be open. A task that returns an error or panics, and a Start that fails, end
// the instance; it is made again after a pause, while the others run on.
//
// # Topics and actions
//
// Instances know each other by topics ([NewTopic], [From]) and actions
// ([NewAction], [ActionRef]) only. Both are declared once, listed in the Spec and
// used through their variables. What a plugin publishes appears on the page, in
// /api/state and in /metrics without a line of code there; package topics has the
// types that they know how to show.
//
// A plugin that passes values on, such as a bridge, knows no other plugin: [WatchAll]
// reads every state and event, [WatchTopic] the one topic that a From[any] names, and
// [Instances] lists what there is. The daemon adds the topic "health" to every
// instance. [ActionName] is an option for an action that may be called from outside.
//
// # Configuration
//
// The fields of a Config have tags: yaml (the option's name), doc (a sentence for
// people), required, min and max (of numbers and durations), oneof (the values
// allowed), and short (the one option that stands for the group where only a value
// is written). A Config that breaks these rules is a panic of [Register]. The type
// of a field says what can be written: [time.Duration] (10s), [Pin], [PWMOutput],
// [SPIPort], [Percent], [TimeOfDay], [Window], [Secret], [ActionRef], [From], any
// [encoding.TextUnmarshaler], structs, maps with names as keys, and slices (a
// single value is a list of one). A [Choice] takes one member of a kind that packages
// add to by [AddMember], such as the pages and devices of package panel. A Config, or a
// struct in it, may have a method Validate() error for what tags cannot say; see
// [OptionErrorf].
//
// # Tests
//
// Package plugintest starts instances from YAML on a simulated board in virtual
// time. A [HardwareTester] has tests of its parts for "ptvd check --hardware".
package plugins
