package hwcheck

import (
	"errors"
	"slices"
	"strings"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

type hardwareTest struct {
	plugins.HardwareTest
	reporter *reporter
}

// runTests runs all hardware tests at the same time, each in a task of its own, until
// it is cancelled, the time is over, or every test has ended.
func (c *checker) runTests(t *scheduler.Task) error {
	var tests []hardwareTest
	var boards []*gpio.Board
	claims := c.newClaims()
	for _, i := range c.File.Instances {
		instance := c.newInstance(i, claims)
		list, err := c.testsOf(i, instance)
		if err != nil {
			return err
		}
		tests, boards = append(tests, list...), append(boards, instance.Board)
	}
	if len(tests) == 0 {
		return nil
	}
	until := "Press Ctrl-C to stop."
	if c.Duration > 0 {
		until = "The test stops after " + c.Duration.String() + ", or press Ctrl-C."
	}
	c.output.line("", "")
	c.output.line("", "Watch lamps and panels, press buttons, turn encoders. %s", until)
	c.output.line("", "")
	err := c.runGroup(t, tests)
	for _, board := range boards {
		closeErr := board.Close(t)
		switch {
		case errors.Is(closeErr, scheduler.ErrCancelled):
			err = errors.Join(err, closeErr)
		case closeErr != nil: // the summary says which test failed
			c.Log.Warn("board not closed", "err", closeErr)
		}
	}
	return err
}

// runGroup returns when every test has ended; nil if that was because the time was
// over.
func (c *checker) runGroup(t *scheduler.Task, tests []hardwareTest) error {
	started := t.Now()
	run := func() error {
		return t.Group(func(g *scheduler.Group) error {
			for _, test := range tests {
				test.reporter.started = started
				g.Go("hardware test", func(t *scheduler.Task) error { return c.run(t, test) }, scheduler.Owner(test.reporter.instance))
			}
			return nil
		})
	}
	if c.Duration == 0 {
		return run()
	}
	if err := t.Timeout(c.Duration, run); !errors.Is(err, scheduler.ErrTimeout) {
		return err
	}
	return nil
}

// run runs one test and reports its error, which does not end the others. The inner
// group turns a panic into an error.
func (c *checker) run(t *scheduler.Task, test hardwareTest) error {
	err := t.Group(func(g *scheduler.Group) error {
		g.Go("run", func(t *scheduler.Task) error { return test.Run(t, test.reporter) }, scheduler.Owner(test.reporter.instance))
		return nil
	})
	if err != nil && !errors.Is(err, scheduler.ErrCancelled) {
		test.reporter.print("FAILED: %v", err)
		c.failed = append(c.failed, test.reporter.instance)
	}
	return nil
}

// testsOf returns the tests of an instance: those of its plugin, and one for each line
// that none of them opens. Tests of parts that could not be opened are left out. A plugin may
// have tests without parts, such as that of a sensor which the kernel has opened.
func (c *checker) testsOf(i config.Instance, instance *host.Instance) ([]hardwareTest, error) {
	var own []*part
	for _, p := range c.parts {
		if p.instance.Name == i.Name {
			own = append(own, p)
		}
	}
	plugin, err := i.Definition.New(instance, i.Config)
	switch {
	case err != nil && len(own) == 0:
		return nil, nil // such as a secret that only the service has
	case err != nil:
		return nil, c.File.Locate("plugins."+i.Name, err)
	}
	var all []plugins.HardwareTest
	if tester, ok := plugin.(plugins.HardwareTester); ok {
		all = tester.HardwareTests()
	}
	for _, p := range own {
		tested := slices.ContainsFunc(all, func(test plugins.HardwareTest) bool { return opens(test, p) })
		if p.Kind == schema.Pin && !tested {
			all = append(all, monitor(instance.Board, p.Name))
		}
	}
	var tests []hardwareTest
	for _, test := range all {
		if !slices.ContainsFunc(own, func(p *part) bool { return !p.opened && opens(test, p) }) {
			tests = append(tests, hardwareTest{test, newReporter(c, i.Name)})
		}
	}
	return tests, nil
}

func opens(test plugins.HardwareTest, p *part) bool {
	return slices.ContainsFunc(test.Parts, func(name string) bool { return gpio.Canonical(name) == gpio.Canonical(p.Name) })
}

// monitor is the test of a line whose plugin has none: it prints every change.
func monitor(board *gpio.Board, name string) plugins.HardwareTest {
	return plugins.HardwareTest{Parts: []string{name}, Run: func(t *plugins.Task, report plugins.Reporter) error {
		in, err := board.Input(t, plugins.InputOptions{Lines: []string{name}})
		if err != nil {
			return err
		}
		report.Info("%s is %s. Its plugin has no hardware test; changes of the line are printed.", name, strings.ToLower(in.Level(0).String()))
		for {
			edge, err := in.Next(t)
			if err != nil {
				return err
			}
			report.Info("%s went %s", name, strings.ToLower(edge.Level.String()))
		}
	}}
}
