package daemon

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/scheduler"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

// onlineTimeout limits the check of one instance.
const onlineTimeout = 30 * time.Second

// CheckOnline lets every instance that gets something from elsewhere ask for it once,
// and then those that read it, and calls report with what each would publish or has to
// say, or with the error. It starts no instance, opens no board and keeps no state.
func CheckOnline(ctx context.Context, file *config.File, report func(instance, text string, err error)) error {
	d := New(Options{
		File: file, Log: slog.New(slog.DiscardHandler),
		State: func(string) plugins.Storage { return noStorage{} },
	})
	return d.loop.Run(func(t *scheduler.Task) error {
		stop := context.AfterFunc(ctx, func() { d.loop.Post(func() { t.Cancel() }) })
		defer stop()
		for _, i := range readersLast(d.instances) {
			plugin, err := i.entry.Definition.New(i.host(), i.entry.Config)
			checker, ok := plugin.(plugins.OnlineChecker)
			if err == nil && !ok {
				continue
			}
			var text string
			if err == nil {
				err = t.Timeout(onlineTimeout, func() error {
					return i.asChild(t, "check online", func(t *scheduler.Task) (err error) {
						text, err = checker.CheckOnline(t)
						return err
					})
				})
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if text != "" || err != nil {
				report(i.entry.Name, text, err)
			}
		}
		return nil
	})
}

// readersLast returns the instances, first those that read no other one.
func readersLast(all []*instance) []*instance {
	reads := func(i *instance) (found int) {
		config := schema.Copy(reflect.ValueOf(i.entry.Config))
		schema.Must(config.Type()).Walk("", config, func(_ string, t *schema.Type, _ reflect.Value) {
			if t.Kind == schema.From {
				found = 1
			}
		})
		return found
	}
	return slices.SortedStableFunc(slices.Values(all), func(a, b *instance) int { return reads(a) - reads(b) })
}

type noStorage struct{}

func (noStorage) Load(string) ([]byte, error) { return nil, nil }
func (noStorage) Save(string, []byte) error   { return nil }
