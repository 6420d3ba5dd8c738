// Package exec runs a program in any language as an instance. The two talk in lines of
// JSON on the program's standard input and output, see docs/exec.md.
//
// What the program is (its options, topics and actions) stands in a manifest, the file
// PROGRAM.json beside it. The check of a configuration and a reload read only that file
// and run nothing. When the program starts it says of which manifest it is, so that the
// two cannot differ.
//
// The program runs in a session of its own, with an environment of PATH, LANG and
// TZ only: without the credentials and the notification socket of the daemon. When it
// ends, the instance has failed and is started again like any other.
package exec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
)

// Config is the configuration of an instance.
type Config struct {
	Program   Program              `yaml:"program" doc:"the absolute path of the program; PROGRAM.json beside it is its manifest, which ptvd exec-manifest writes" required:"true"`
	Options   map[string]string    `yaml:"options" doc:"the program's own options, as its manifest describes them"`
	Subscribe []plugins.From[any]  `yaml:"subscribe" doc:"the topics whose values the program gets, streams once a second at most"`
	Calls     []plugins.ActionName `yaml:"calls" doc:"the actions that the program may call"`
}

// Validate checks the options against the manifest.
func (c Config) Validate() error {
	if c.Program.problem != nil {
		return plugins.OptionWarningf("program", "%w; the instance cannot start: run ptvd exec-manifest %s", c.Program.problem, c.Program.Path)
	}
	_, err := c.Program.manifest.values(c.Options)
	return err
}

// Topics returns the topics of the manifest.
func (c Config) Topics() (list plugins.TopicList) {
	for _, topic := range c.Program.manifest.handles() {
		list = append(list, topic.list...)
	}
	return list
}

// CheckAction refuses calls of actions that the manifest does not have.
func (c Config) CheckAction(_, arg string) error {
	if isKnown := c.Program.problem == nil; arg == "" || !isKnown {
		return nil
	}
	name, arg, _ := strings.Cut(arg, " ")
	action, ok := c.Program.manifest.Actions[name]
	switch {
	case !ok:
		return fmt.Errorf("the program has no action %q; there is %s", name, listed(c.Program.manifest.Actions))
	case action.Arg == "" && arg != "":
		return fmt.Errorf("the program's action %s takes no argument", name)
	case action.Arg != "" && arg == "":
		return fmt.Errorf("the program's action %s needs an argument: %s", name, action.Arg)
	}
	return nil
}

var call = plugins.NewAction("call", "calls an action of the program", plugins.Arg("the action, and its argument if it has one", nil))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "exec", Doc: "runs a program in any language as an instance", Actions: plugins.Actions(call), New: New,
	})
}

type instance struct {
	env     plugins.Env
	cfg     Config
	topics  map[string]publisher
	calls   *plugins.Queue[Call]
	process *process // nil before the start
	turns   plugins.Turns
	hello   plugins.Event
	lastErr string // line of standard error
}

// maxCalls is how many calls of the program's actions may wait for it to read them.
const maxCalls = 16

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	i := &instance{env: env, cfg: cfg, topics: cfg.Program.manifest.handles(), calls: plugins.NewQueue[Call](maxCalls)}
	call.Handle(env, i.call)
	return i, nil
}

// call hands a call to the program, which is not waited for.
func (i *instance) call(arg string) error {
	if err := i.cfg.CheckAction(call.Name(), arg); err != nil {
		return err
	}
	action, arg, _ := strings.Cut(arg, " ")
	if !i.calls.TryPut(Call{action, arg}) {
		return fmt.Errorf("the program does not read: %d calls are waiting", maxCalls)
	}
	return nil
}

const (
	// helloTimeout is how long the program may take from its start to its hello.
	helloTimeout = 10 * time.Second
	// writeTimeout is how long it may take to read a line.
	writeTimeout = 10 * time.Second
	// endTimeout is how long its output may stay open after its end, for example in a
	// process that it has started.
	endTimeout = 200 * time.Millisecond
)

// Start runs the program until its hello.
func (i *instance) Start(t *plugins.Task) error {
	if err := i.cfg.Program.problem; err != nil {
		return err
	}
	options, err := i.cfg.Program.manifest.values(i.cfg.Options)
	if err != nil {
		return err
	}
	i.process, err = plugins.Await(t, func(context.Context) (*process, error) { return startProcess(i.cfg.Program.Path) })
	if err != nil {
		return err
	}
	output := i.env.Go("output", i.readOutput)
	errorOutput := i.env.Go("stderr", i.readErrors)
	i.env.Go("wait", func(t *plugins.Task) error { return i.wait(t, output, errorOutput) })
	if err := i.send(t, ToProgram{Config: &Settings{Instance: i.env.Instance, Options: options}}); err != nil {
		return err
	}
	if err := i.awaitHello(t); err != nil {
		return err
	}
	for _, from := range i.cfg.Subscribe {
		watch := plugins.WatchTopic(i.env, from) // now, so that no event is missed
		i.env.Go("subscription", func(t *plugins.Task) error { return i.forward(t, watch) })
	}
	i.env.Go("calls", func(t *plugins.Task) error {
		for {
			next, err := i.calls.Get(t)
			if err != nil {
				return err
			}
			if err := i.send(t, ToProgram{Call: &next}); err != nil {
				return err
			}
		}
	})
	return nil
}

func (i *instance) awaitHello(t *plugins.Task) error {
	err := t.Timeout(helloTimeout, func() error { return i.hello.Wait(t) })
	if errors.Is(err, plugins.ErrTimeout) {
		return fmt.Errorf("the program sent no hello within %v", helloTimeout)
	}
	return err
}

// Stop ends the program.
func (i *instance) Stop(t *plugins.Task) error {
	if i.process == nil {
		return nil
	}
	line, _ := json.Marshal(ToProgram{Stop: &struct{}{}}) // cannot fail
	return i.process.end(t, line)
}

// forward sends the values of a topic. While the program does not read, a newer value
// takes the place of the one that waits.
func (i *instance) forward(t *plugins.Task, watch *plugins.Watch) error {
	for {
		value, err := watch.Next(t)
		if err != nil {
			return err
		}
		if err := i.send(t, ToProgram{Value: &value}); err != nil {
			return err
		}
		if value.Class == "stream" {
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
		}
	}
}

// send writes a line. Other tasks wait for their turn, each with one line.
func (i *instance) send(t *plugins.Task, line ToProgram) error {
	data, err := plugins.Marshal(line)
	if err != nil {
		i.env.Log.Warn("value not sent: it cannot be encoded as JSON", "err", err)
		return nil
	}
	err = t.Timeout(writeTimeout, func() error { return i.process.write(t, &i.turns, append(data, '\n')) })
	if errors.Is(err, plugins.ErrTimeout) {
		return fmt.Errorf("the program has not read its standard input for %v", writeTimeout)
	}
	return err
}

// wait waits for the program's end, which is a failure whenever it comes.
func (i *instance) wait(t *plugins.Task, outputs ...*plugins.Task) error {
	err := plugins.Do(t, i.process.reap)
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	for _, output := range outputs { // what it said last is heard
		if err := t.Timeout(endTimeout, func() error { return t.Join(output) }); err != nil && !errors.Is(err, plugins.ErrTimeout) {
			return err
		}
	}
	if i.lastErr != "" {
		return fmt.Errorf("the program has ended: %w: %s", err, i.lastErr)
	}
	return fmt.Errorf("the program has ended: %w", err)
}

// readErrors logs what the program writes to standard error.
func (i *instance) readErrors(t *plugins.Task) error {
	return i.eachLine(t, i.process.errors, func(line []byte) error {
		i.lastErr = printable(line)
		i.env.Log.Warn(i.lastErr)
		return nil
	})
}

// readOutput handles the program's lines. One that cannot be read is logged, and ends
// nothing.
func (i *instance) readOutput(t *plugins.Task) error {
	return i.eachLine(t, i.process.output, func(line []byte) error {
		read, err := Parse(line)
		if err != nil {
			i.env.Log.Warn("line of the program ignored", "err", err, "line", printable(line))
			return nil
		}
		if read.Hello != nil {
			if read.Hello.Manifest != i.cfg.Program.manifest.Digest {
				return fmt.Errorf("the program is of another manifest (%.12s); run ptvd exec-manifest %s", read.Hello.Manifest, i.cfg.Program.Path)
			}
			i.hello.Set()
		} else if err := i.obey(read); err != nil {
			i.env.Log.Warn("line of the program refused", "err", err, "line", printable(line))
		}
		return nil
	})
}

// levels are those of messages. Any other is that of information, which is 0.
var levels = map[string]slog.Level{"error": slog.LevelError, "warning": slog.LevelWarn, "debug": slog.LevelDebug}

func (i *instance) obey(line FromProgram) error {
	switch {
	case line.Value != nil:
		topic, ok := i.topics[line.Value.Topic]
		if !ok {
			return fmt.Errorf("the manifest has no topic %q; there is %s", line.Value.Topic, listed(i.topics))
		}
		return topic.publish(i.env, line.Value.Value)
	case line.Call != nil:
		var name plugins.ActionName
		if err := name.UnmarshalText([]byte(line.Call.Action)); err != nil {
			return err
		}
		if !slices.Contains(i.cfg.Calls, name) {
			return fmt.Errorf("%v is not among the calls of the configuration; add it there", name)
		}
		return i.env.Call(plugins.ActionRef{Instance: name.Instance, Name: name.Name, Arg: line.Call.Arg})
	case line.Log != nil:
		i.env.Log.Log(context.Background(), levels[line.Log.Level], printable([]byte(line.Log.Text)))
	case line.Health != nil && line.Health.Degraded != "":
		i.env.Health.Degraded("%s", printable([]byte(line.Health.Degraded)))
	default:
		i.env.Health.OK()
	}
	return nil
}

// maxLines and maxBytes are how many lines and bytes a second are read. More have to wait in
// the program.
const (
	maxLines = 100
	maxBytes = 256 << 10
)

func (i *instance) eachLine(t *plugins.Task, from *lineReader, do func(line []byte) error) error {
	lines, bytes, since := 0, 0, t.Now()
	for {
		line, err := from.next(t)
		switch {
		case errors.Is(err, errEnd):
			return nil
		case errors.Is(err, errTooLong):
			i.env.Log.Warn("line of the program ignored", "err", err, "line", printable(line))
		case errors.Is(err, errRest):
		case err != nil:
			return err
		default:
			if err := do(line); err != nil {
				return err
			}
		}
		lines++
		bytes += len(line)
		if lines == maxLines || bytes >= maxBytes {
			if err := t.SleepUntil(since.Add(time.Second)); err != nil {
				return err
			}
			lines, bytes, since = 0, 0, t.Now()
		}
	}
}
