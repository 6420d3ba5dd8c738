package display

import "ptvd/plugins"

var (
	nextPage      = plugins.NewAction("next", "shows the next page; only wakes a blank panel, and only ends a message that is up")
	previousPage  = plugins.NewAction("previous", "shows the previous page; only wakes a blank panel, and only ends a message that is up")
	showPage      = plugins.NewAction("page", "shows a page by its name", plugins.Arg("the name of a page, such as clock", nil))
	wake          = plugins.NewAction("wake", "wakes a blank panel")
	blank         = plugins.NewAction("blank", "blanks the panel until another action wakes it")
	setBrightness = plugins.NewAction("brightness", "makes the panel as bright as that, whatever the time of day",
		plugins.Arg("0% to 100%, or auto for that of the configuration", checkBrightness))
	test = plugins.NewAction("test", "shows the test pattern, or stops showing it")

	show = plugins.NewAction("show", "shows a message, then the page that was there before",
		plugins.Arg("a text, or JSON with text, name, priority, durationMs, repeat, hold, stack, wakeup and lifetimeMs", checkNotification))
	dismiss = plugins.NewAction("dismiss", "ends a message",
		plugins.Arg("the name of a message; without one it is the message that is up", checkAnyName))
	push = plugins.NewAction("push", "adds a page with a text to the others, or changes it",
		plugins.Arg("the name of the page, and a text or JSON with text, lifetimeMs and lifetimeExpiry", checkPage))
	remove = plugins.NewAction("remove", "removes a page that was pushed", plugins.Arg("the name of the page", checkName))
)

func checkNotification(arg string) error {
	_, err := readNotification(arg)
	return err
}

func checkPage(arg string) error {
	_, _, err := readPage(arg)
	return err
}

func checkAnyName(name string) error {
	if name == "" {
		return nil
	}
	return checkName(name)
}

func checkBrightness(arg string) error {
	if arg == "auto" {
		return nil
	}
	return new(plugins.Percent).UnmarshalText([]byte(arg))
}

// pageActions are named like the kind of the page that they show.
var pageActions = []*plugins.Action{
	plugins.NewAction("minutes", "shows the page with the minutes"),
	plugins.NewAction("departures", "shows the page with the departures"),
	plugins.NewAction("clock", "shows the clock"),
	plugins.NewAction("message", "shows the message"),
}

// handleActions gives the actions their meaning. Those that show something wake the panel.
func (d *display) handleActions() {
	handle := func(a *plugins.Action, do func(arg string) error) {
		a.Handle(d.env, func(arg string) error {
			err := do(arg)
			d.redraw()
			return err
		})
	}
	run := func(a *plugins.Action, do func(arg string)) {
		handle(a, func(arg string) error {
			do(arg)
			return nil
		})
	}
	wakeUp := func() { d.brightness.wake(d.env.Now()) }
	turn := func(by int) {
		if now := d.env.Now(); d.messages.up != nil {
			d.messages.dismiss("")
		} else if !d.brightness.wake(now) {
			d.pager.turnBy(by, now)
		}
	}
	run(nextPage, func(string) { turn(+1) })
	run(previousPage, func(string) { turn(-1) })
	run(wake, func(string) { wakeUp() })
	run(blank, func(string) {
		d.brightness.blank()
		d.messages.quiet()
	})
	handle(setBrightness, func(arg string) error {
		d.brightness.fixed = nil
		if arg == "auto" {
			return nil
		}
		d.brightness.fixed = new(plugins.Percent)
		return d.brightness.fixed.UnmarshalText([]byte(arg))
	})
	handle(show, d.notify)
	run(dismiss, d.messages.dismiss)
	handle(push, d.pushPage)
	run(remove, func(name string) {
		d.pager.remove(d.env.Now(), func(text *pushedText) bool { return text.Name == name })
	})
	run(test, func(string) {
		wakeUp()
		d.pager.test = !d.pager.test
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
		run(action, func(string) {
			wakeUp()
			d.pager.turnTo(func(p page) bool { return p.kind == action.Name() }, d.env.Now())
		})
	}
}
