package display

import "ptvd/plugins"

var actions = []plugins.ActionSpec{
	{Name: "next", Doc: "shows the next page; only wakes a blank panel"},
	{Name: "previous", Doc: "shows the previous page; only wakes a blank panel"},
	{Name: "page", Doc: "shows a page by its name", Arg: "the name of a page, such as clock"},
	{Name: "minutes", Doc: "shows the page with the minutes"},
	{Name: "departures", Doc: "shows the page with the departures"},
	{Name: "clock", Doc: "shows the clock"},
	{Name: "message", Doc: "shows the message"},
	{Name: "wake", Doc: "wakes a blank panel"},
	{Name: "blank", Doc: "blanks the panel until another action wakes it"},
	{Name: "test", Doc: "shows the test pattern, or stops showing it"},
}

// pageActions are the actions that are named like the page that they show.
var pageActions = []string{"minutes", "departures", "clock", "message"}

// handleActions gives the actions their meaning. Each of them but blank wakes the panel.
func (d *display) handleActions() {
	handle := func(name string, do func(arg string) error) {
		d.env.Handle(name, func(arg string) error {
			err := do(arg)
			d.redraw()
			return err
		})
	}
	wake := func() (wasBlank bool) { return d.brightness.wake(d.env.Loop.Now()) }
	turn := func(by int) func(string) error {
		return func(string) error {
			if !wake() {
				d.pager.turnBy(by, d.env.Loop.Now())
			}
			return nil
		}
	}
	handle("next", turn(+1))
	handle("previous", turn(-1))
	handle("wake", func(string) error {
		wake()
		return nil
	})
	handle("blank", func(string) error {
		d.brightness.blank()
		return nil
	})
	handle("test", func(string) error {
		wake()
		d.pager.test = !d.pager.test
		return nil
	})
	handle("page", func(name string) error {
		if err := d.cfg.CheckAction("page", name); err != nil {
			return err
		}
		wake()
		d.pager.turnTo(func(p page) bool { return p.name == name }, d.env.Loop.Now())
		return nil
	})
	for _, kind := range pageActions {
		handle(kind, func(string) error {
			wake()
			d.pager.turnTo(func(p page) bool { return p.kind == kind }, d.env.Loop.Now())
			return nil
		})
	}
}
