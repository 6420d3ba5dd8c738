package display

import "ptvd/plugins"

var actions = []plugins.ActionSpec{
	{Name: "next", Doc: "turns to the next page; lights a dark panel instead"},
	{Name: "previous", Doc: "turns to the page before; lights a dark panel instead"},
	{Name: minutesPage, Doc: "turns to the page with the minutes"},
	{Name: departuresPage, Doc: "turns to the page with the departures"},
	{Name: clockPage, Doc: "turns to the clock"},
	{Name: messagePage, Doc: "turns to the message"},
	{Name: "wake", Doc: "lights a dark panel"},
	{Name: "blank", Doc: "makes the panel dark until another action lights it"},
	{Name: "test", Doc: "shows the test pattern, or takes it away"},
}

// handleActions gives the actions their meaning. Whatever somebody does lights the
// panel.
func (p *panel) handleActions() {
	turn := func(by int) {
		if wasDark := p.light.use(p.env.Loop.Now()); !wasDark {
			p.book.leaf(by, p.env.Loop.Now())
		}
	}
	do := map[string]func(){
		"next":     func() { turn(+1) },
		"previous": func() { turn(-1) },
		"wake":     func() { p.light.use(p.env.Loop.Now()) },
		"blank":    func() { p.light.rest() },
		"test": func() {
			p.light.use(p.env.Loop.Now())
			p.book.test = !p.book.test
		},
	}
	for _, name := range []string{minutesPage, departuresPage, clockPage, messagePage} {
		do[name] = func() {
			p.light.use(p.env.Loop.Now())
			p.book.find(name, p.env.Loop.Now())
		}
	}
	for name, act := range do {
		p.env.Handle(name, func(string) error {
			act()
			p.redraw()
			return nil
		})
	}
}
