package hwcheck

import "ptvd/plugins"

// listen tries a line whose plugin has no trial for it: it tells every change.
func listen(env plugins.Env, name string) plugins.HardwareTest {
	return plugins.HardwareTest{Parts: []string{name}, Run: func(t *plugins.Task, report plugins.Reporter) error {
		in, err := env.Board.Input(t, plugins.InputOptions{Lines: []string{name}})
		if err != nil {
			return err
		}
		report.Info("%s is %s. Its plugin has no trial of its own, so the line is only listened to.", name, level(in.Level(0)))
		for {
			edge, err := in.Next(t)
			if err != nil {
				return err
			}
			report.Info("%s went %s", name, level(edge.Level))
		}
	}}
}

func level(l plugins.Level) string {
	if l == plugins.High {
		return "high"
	}
	return "low"
}
