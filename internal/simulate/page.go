package simulate

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/web"
)

// visitPage looks for secrets in all that the daemon's page shows, once an hour.
func (w *World) visitPage() {
	for w.sleep(time.Hour) {
		if d := w.daemon; d != nil && w.loop != nil {
			w.loop.Post(func() { w.readPage(d) })
		}
	}
}

// readPage asks for everything that a browser or a program can ask for. It is
// called on the loop, where the state can be had at once.
func (w *World) readPage(d *daemon.Daemon) {
	server, err := web.New(web.Options{
		Log:   slog.New(w.diary.handler()),
		State: func(context.Context) (web.State, error) { return d.State(), nil },
	})
	if err != nil {
		w.fail("no page: %v", err)
		return
	}
	defer server.Close()
	for _, path := range []string{"/", "/api/state", "/metrics", "/healthz"} {
		request, err := http.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		if err != nil {
			w.fail("%s: %v", path, err)
			continue
		}
		page := recorder{header: http.Header{}, status: http.StatusOK}
		server.ServeHTTP(&page, request)
		if page.status != http.StatusOK && (path != "/healthz" || page.status != http.StatusServiceUnavailable) || page.Len() == 0 {
			w.fail("%s is answered with status %d and %d bytes", path, page.status, page.Len())
		}
		if secret := w.diary.secretIn(page.Bytes()); secret != "" {
			w.fail("%s shows %s", path, secret)
		}
	}
}
