package logs

import (
	"context"
	"log/slog"
)

// handler makes entries of records.
type handler struct {
	level  slog.Level
	next   func(entry)
	known  entry  // what With has said already
	prefix string // of the open groups
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	e := h.known
	e.time, e.level, e.message, e.pc = r.Time, r.Level, clip(r.Message, longest), r.PC
	for a := range r.Attrs {
		e.add(h.prefix, a)
	}
	h.next(e)
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *h
	for _, a := range attrs {
		more.known.add(h.prefix, a)
	}
	return &more
}

func (h *handler) WithGroup(name string) slog.Handler {
	more := *h
	if name != "" {
		more.prefix += name + "."
	}
	return &more
}
