// Package plugins is all that the author of a plugin needs: the contract, and
// the words of configuration, topics and actions.
//
// A plugin is a package that registers a [Spec] and does its work in tasks:
//
//	// Config is what people write under the instance's name.
//	type Config struct {
//		Pin   plugins.Pin   `yaml:"pin" doc:"the line that the LED hangs on" required:"true"`
//		Every time.Duration `yaml:"every" doc:"how often it blinks" min:"10ms"`
//	}
//
//	func init() {
//		plugins.Register(plugins.Spec[Config]{
//			Name: "blink", Doc: "blinks an LED",
//			Defaults: Config{Every: time.Second},
//			New:      New,
//		})
//	}
//
//	// New is pure: it opens nothing and starts nothing, so that a
//	// configuration can be checked anywhere.
//	func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
//		return &blink{env: env, cfg: cfg}, nil
//	}
//
//	// Start opens what the plugin needs and starts its tasks.
//	func (b *blink) Start(t *plugins.Task) (err error) {
//		b.led, err = b.env.Board.Output(t, string(b.cfg.Pin), plugins.Low)
//		if err != nil {
//			return err
//		}
//		b.env.Go("blink", b.blink)
//		return nil
//	}
//
//	func (b *blink) blink(t *plugins.Task) error {
//		for tick := range t.Every(b.cfg.Every) {
//			if err := b.led.Set(tick.N%2 == 0); err != nil {
//				return err
//			}
//		}
//		return nil
//	}
//
//	// Stop leaves the parts as they should be left; the board closes them.
//	func (b *blink) Stop(t *plugins.Task) error { … }
//
// The whole of it, with a test and a main, is in examples/blink.
//
// # The life of an instance
//
// New, then Start, then Stop. Stop is called once Start was, even when Start
// failed (so with parts that may not be open), after the instance's tasks have ended. A task that returns an error or
// panics, and a Start that fails, end the instance; it is made anew after a
// while, and the others do not notice. All of it runs on the loop: never block
// it. What blocks goes through [Await].
//
// A plugin may also be a [HardwareTester], so that its parts can be tested before the daemon uses them.
//
// # Configuration
//
// The fields of Config carry tags: yaml (the name), doc (words for people),
// required, min and max (for numbers and durations), oneof (the words allowed),
// and short (the one field that stands for the whole when only a value is
// written). A field's type says its form: [time.Duration] (10s), [Pin],
// [PWMOutput], [SPIPort], [Percent], [TimeOfDay], [Window], [Secret], [Action],
// [From], any [encoding.TextUnmarshaler], structs, maps with names as keys, and
// slices (a single value is a list of one). A struct that embeds [OneOf] takes
// exactly one of its fields. A Config, or a struct in it, may have a Validate
// method for what tags cannot say.
package plugins
