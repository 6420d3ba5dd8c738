package display

import "ptvd/plugins"

var (
	nextPage     = plugins.NewAction("next", "shows the next page; only wakes a blank panel")
	previousPage = plugins.NewAction("previous", "shows the previous page; only wakes a blank panel")
	showPage     = plugins.NewAction("page", "shows a page by its name", plugins.Arg("the name of a page, such as clock", nil))
	wake         = plugins.NewAction("wake", "wakes a blank panel")
	blank        = plugins.NewAction("blank", "blanks the panel until another action wakes it")
	test         = plugins.NewAction("test", "shows the test pattern, or stops showing it")
)

// pageActions are named like the kind of the page that they show.
var pageActions = []*plugins.Action{
	plugins.NewAction("minutes", "shows the page with the minutes"),
	plugins.NewAction("departures", "shows the page with the departures"),
	plugins.NewAction("clock", "shows the clock"),
	plugins.NewAction("message", "shows the message"),
}

// handleActions gives the actions their meaning. Each of them but blank wakes the panel.
func (d *display) handleActions() {
	handle := func(a *plugins.Action, do func(arg string) error) {
		a.Handle(d.env, func(arg string) error {
			err := do(arg)
			d.redraw()
			return err
		})
	}
	wakeUp := func() (wasBlank bool) { return d.brightness.wake(d.env.Now()) }
	turn := func(by int) func(string) error {
		return func(string) error {
			if !wakeUp() {
				d.pager.turnBy(by, d.env.Now())
			}
			return nil
		}
	}
	handle(nextPage, turn(+1))
	handle(previousPage, turn(-1))
	handle(wake, func(string) error {
		wakeUp()
		return nil
	})
	handle(blank, func(string) error {
		d.brightness.blank()
		return nil
	})
	handle(test, func(string) error {
		wakeUp()
		d.pager.test = !d.pager.test
		return nil
	})
	handle(showPage, func(name string) error {
		if err := d.cfg.CheckAction("page", name); err != nil {
			return err
		}
		wakeUp()
		d.pager.turnTo(func(p page) bool { return p.name == name }, d.env.Now())
		return nil
	})
	for _, action := range pageActions {
		handle(action, func(string) error {
			wakeUp()
			d.pager.turnTo(func(p page) bool { return p.kind == action.Name() }, d.env.Now())
			return nil
		})
	}
}
