package hwcheck

import (
	"errors"
	"slices"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// trial is one trial of an instance.
type trial struct {
	plugins.HardwareTest
	bench *bench
}

// tryAll runs all trials side by side, each a task, until it is cancelled, the time
// is over, or none is left.
func (c *check) tryAll(t *scheduler.Task) error {
	var trials []trial
	var boards []*gpio.Board
	claims := gpio.NewClaims()
	for _, i := range c.File.Instances {
		env := c.env(i, claims)
		list, err := c.trials(i, env)
		if err != nil {
			return err
		}
		trials, boards = append(trials, list...), append(boards, env.Board)
	}
	if len(trials) == 0 {
		return nil
	}
	c.sheet.line("", "")
	c.sheet.line("", "Look, press and turn. %s", c.untilWhen())
	c.sheet.line("", "")
	err := c.runAll(t, trials)
	for _, board := range boards {
		err = errors.Join(err, gpio.Close(t, board, closeTimeout))
	}
	return err
}

func (c *check) untilWhen() string {
	if c.Lasts > 0 {
		return "It ends after " + c.Lasts.String() + ", or by Ctrl-C."
	}
	return "Ctrl-C ends it."
}

// runAll returns when every trial has ended, nil when the time was over.
func (c *check) runAll(t *scheduler.Task, trials []trial) error {
	begun := t.Now()
	all := func() error {
		return t.Group(func(g *scheduler.Group) error {
			for _, trial := range trials {
				trial.bench.begun = begun
				g.Go("trial", func(t *scheduler.Task) error { return c.run(t, trial) }, scheduler.Owner(trial.bench.instance))
			}
			return nil
		})
	}
	if c.Lasts == 0 {
		return all()
	}
	if err := t.Timeout(c.Lasts, all); !errors.Is(err, scheduler.ErrTimeout) {
		return err
	}
	return nil
}

// run runs a trial. Its failure is its own.
func (c *check) run(t *scheduler.Task, trial trial) error {
	err := guarded(t, trial)
	if err != nil && !errors.Is(err, scheduler.ErrCancelled) {
		trial.bench.put("FAILED: %v", err)
		c.failed = append(c.failed, trial.bench.instance)
	}
	return nil
}

// guarded runs the trial as a child, whose panic is its error.
func guarded(t *scheduler.Task, trial trial) error {
	return t.Group(func(g *scheduler.Group) error {
		g.Go("try", func(t *scheduler.Task) error { return trial.Run(t, trial.bench) }, scheduler.Owner(trial.bench.instance))
		return nil
	})
}

// trials returns what can be tried of an instance: its plugin's own trials, and
// each line that none of them opens is listened to. A trial of which a part was not
// found is left out; that was said.
func (c *check) trials(i config.Instance, env plugins.Env) ([]trial, error) {
	var mine []*part
	for _, p := range c.parts {
		if p.instance.Name == i.Name {
			mine = append(mine, p)
		}
	}
	if len(mine) == 0 {
		return nil, nil
	}
	plugin, err := i.Definition.New(env, i.Config)
	if err != nil {
		return nil, c.File.At(i.Name, err)
	}
	var offered []plugins.HardwareTest
	if trier, ok := plugin.(plugins.HardwareTester); ok {
		offered = trier.HardwareTests()
	}
	for _, p := range mine {
		tried := slices.ContainsFunc(offered, func(o plugins.HardwareTest) bool { return opens(o, p) })
		if p.Kind == config.Line && !tried {
			offered = append(offered, listen(env, p.Name))
		}
	}
	var trials []trial
	for _, o := range offered {
		lacks := slices.ContainsFunc(mine, func(p *part) bool { return !p.found && opens(o, p) })
		if !lacks {
			trials = append(trials, trial{o, newBench(c, i.Name)})
		}
	}
	return trials, nil
}

func opens(o plugins.HardwareTest, p *part) bool {
	return slices.ContainsFunc(o.Parts, func(name string) bool { return gpio.Canonical(name) == gpio.Canonical(p.Name) })
}
