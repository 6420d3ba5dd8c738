package simulate

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"sync"

	"ptvd/internal/logs"
)

// textLog is the daemon's log as internal/logs writes it. A goroutine writes it at no
// defined time, so it is only searched for secrets.
type textLog struct {
	world *World
	log   *logs.Log

	mu      sync.Mutex // guards the fields below
	lines   int
	secrets []string // the secrets that were found, each with its line
}

func newTextLog(w *World) (*textLog, error) {
	null, err := os.Open(os.DevNull) // neither the journal nor a terminal
	if err != nil {
		return nil, err
	}
	defer null.Close()
	t := &textLog{world: w}
	t.log = logs.New(t, null, slog.LevelDebug)
	return t, nil
}

// handler gives records the true time of the world, which decides when repeats are
// logged.
func (t *textLog) handler() slog.Handler { return dated{t.log.Handler(), t.world} }

// hashes matches everything that looks like a signature. The signature of the latest
// request is not known here, because a line may have been queued.
var hashes = regexp.MustCompile(`[0-9A-Fa-f]{40}`)

// Write receives a line, on the log's goroutine.
func (t *textLog) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines++
	secret := credentialIn(line)
	if secret == "" && hashes.Match(line) {
		secret = "a signature"
	}
	if secret != "" && len(t.secrets) < maxFailures {
		t.secrets = append(t.secrets, secret+": "+string(line))
	}
	return len(line), nil
}

// finish waits for the last lines and reports the secrets.
func (t *textLog) finish() {
	t.log.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, secret := range t.secrets {
		t.world.Failures = append(t.world.Failures, "the text log contains "+secret)
	}
	if t.lines == 0 {
		t.world.fail("the text log is empty")
	}
}

// dated is a handler that sets the time of records to the world's.
type dated struct {
	slog.Handler
	world *World
}

func (d dated) Handle(ctx context.Context, r slog.Record) error {
	r.Time = d.world.now()
	return d.Handler.Handle(ctx, r)
}

func (d dated) WithAttrs(attrs []slog.Attr) slog.Handler {
	return dated{d.Handler.WithAttrs(attrs), d.world}
}

func (d dated) WithGroup(name string) slog.Handler { return dated{d.Handler.WithGroup(name), d.world} }
