package simulate

import (
	"context"
	"log/slog"
	"os"
	"regexp"
	"sync"

	"ptvd/internal/logs"
)

// printed is the daemon's log as people get to see it. It is written beside the
// loop, whenever there is time, and so it is only searched.
type printed struct {
	world *World
	log   *logs.Log

	mu      sync.Mutex // guards what follows
	lines   int
	secrets []string // what was found, with the line
}

func newPrinted(w *World) (*printed, error) {
	nowhere, err := os.Open(os.DevNull) // is no journal, and no terminal
	if err != nil {
		return nil, err
	}
	defer nowhere.Close()
	p := &printed{world: w}
	p.log = logs.New(p, nowhere, slog.LevelDebug)
	return p, nil
}

// handler takes records at the true time of the world, by which repeats are held
// back and told.
func (p *printed) handler() slog.Handler { return dated{p.log.Handler(), p.world} }

// hashes are what signatures look like. The latest one is not known here: a line
// may have been waiting.
var hashes = regexp.MustCompile(`[0-9A-Fa-f]{40}`)

// Write takes a line, on the log's own goroutine.
func (p *printed) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines++
	secret := credentialIn(line)
	if secret == "" && hashes.Match(line) {
		secret = "a signature"
	}
	if secret != "" && len(p.secrets) < maxFailures {
		p.secrets = append(p.secrets, secret+": "+string(line))
	}
	return len(line), nil
}

// finish waits for the last lines, and says what was found in all of them.
func (p *printed) finish() {
	p.log.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range p.secrets {
		p.world.Failures = append(p.world.Failures, "the printed log shows "+secret)
	}
	if p.lines == 0 {
		p.world.fail("nothing was printed")
	}
}

// dated is a handler whose records bear the time of the world.
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
