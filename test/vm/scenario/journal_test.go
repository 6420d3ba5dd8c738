//go:build vm

package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"ptvd/internal/fakeserver"
	"ptvd/internal/logs"
)

// leakyAPI is a fake PTV API that repeats the request, credentials included, in its
// errors and redirects.
type leakyAPI struct {
	api http.Handler

	mu     sync.Mutex
	status int             // of errors and redirects; 0: requests succeed
	heard  map[string]bool // every id and signature that was received
}

func (s *leakyAPI) refuse(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *leakyAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{"devid", "signature"} {
		s.heard[r.URL.Query().Get(name)] = true
	}
	switch {
	case s.status == 0:
		s.api.ServeHTTP(w, r)
	case s.status/100 == 3:
		http.Redirect(w, r, "http://elsewhere.test"+r.URL.RequestURI(), s.status)
	default:
		w.WriteHeader(s.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": "No to " + r.URL.RequestURI()})
	}
}

// secrets returns what must not be logged: the id, the key, every signature.
func (s *leakyAPI) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.heard, "")
	return append(slices.Collect(maps.Keys(s.heard)), fakeserver.DemoKey)
}

// serveLeakyAPI starts the API and returns it with its address.
func serveLeakyAPI(g *guest) (*leakyAPI, string) {
	s := &leakyAPI{api: g.PTV, heard: map[string]bool{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.Fatal(err)
	}
	server := &http.Server{Handler: s}
	go server.Serve(listener)
	g.Cleanup(func() { server.Close() })
	return s, "http://" + listener.Addr().String()
}

// The test reads the journal as somebody does who looks for the cause of a problem.
func TestJournalIsReadableAndContainsNoSecret(t *testing.T) {
	g := begin(t)
	api, address := serveLeakyAPI(g)
	g.configure(regexp.MustCompile(`base_url: .*`).ReplaceAllString(g.uptv(), "base_url: "+address))
	g.start()
	g.waitForLog("clock: clock synchronized")
	texts := ""
	for _, refusal := range []struct {
		status int
		why    string
	}{
		{http.StatusNotFound, `degraded err="not found: No to /v3/departures/`},
		{http.StatusUnauthorized, `degraded err="access denied: No to /v3/departures/`},
		{http.StatusFound, `degraded err="wrong host: redirected to http://elsewhere.test: the network may have a login page`},
	} {
		api.refuse(refusal.status)
		g.run("systemctl", "restart", "ptvd")
		g.waitForLog("trains: " + refusal.why)
		texts += g.show("StatusText")
	}
	g.stop()

	journal := g.journal()
	t.Logf("journalctl -u ptvd:\n%s", journal)
	inOrder(t, journal,
		"Starting ptvd.service - Plugin daemon for departures",
		`ready status="`,
		"Started ptvd.service",
		"stopping",
		"stopped ran_for=",
		"trains: degraded",
		"stopping",
		"Stopped ptvd.service",
	)
	if !regexp.MustCompile(`clock: clock synchronized offset=\S+ round_trip=\S+ stratum=2 server=127\.0\.0\.1:\d+ spread=\S+ agreed=1 asked=1\n`).MatchString(journal) {
		t.Error("the log does not show how the clock was synchronized")
	}
	checkReadable(t, journal)

	checkFields(t, g)
	explanation := g.run("journalctl", "--no-pager", "-x", "-n", "1", "PTVD_PLUGIN=trains", "MESSAGE_ID="+string(logs.InstanceDegraded))
	inOrder(t, explanation, "Subject: Instance trains is degraded", "Documentation: man:ptvd(8)", "is running, but something it needs is missing or broken", "wrong host")

	texts += journal + explanation + g.run("journalctl", "--no-pager", "-u", "ptvd", "-o", "export")
	secrets := api.secrets()
	if len(secrets) < 3 {
		t.Errorf("%d secrets, want the id, the key and a signature: this test proves nothing", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(strings.ToLower(texts), strings.ToLower(secret)) {
			t.Errorf("the journal contains %q", secret)
		}
	}
	if !strings.Contains(journal, "devid=[secret]&signature=[secret]") {
		t.Error("the API was not quoted: this test proves nothing")
	}
}

// checkFields checks the fields that programs read.
func checkFields(t *testing.T, g *guest) {
	t.Helper()
	records := g.records("PTVD_PLUGIN=trains")
	i := slices.IndexFunc(records, func(r map[string]any) bool { return r["MESSAGE_ID"] == string(logs.InstanceDegraded) })
	if i < 0 {
		t.Fatalf("journalctl PTVD_PLUGIN=trains -o json: none of the %d records has the message id", len(records))
	}
	for field, pattern := range map[string]string{
		"MESSAGE":           `^trains: degraded err="not found: No to /v3/`,
		"PTVD_PLUGIN":       `^trains$`,
		"PTVD_ERR":          `^not found: No to /v3/`,
		"PRIORITY":          `^4$`,
		"SYSLOG_IDENTIFIER": `^ptvd$`,
		"CODE_FILE":         `internal/daemon/instance\.go$`,
		"CODE_LINE":         `^\d+$`,
		"CODE_FUNC":         `daemon`,
		"_SYSTEMD_UNIT":     `^ptvd\.service$`,
	} {
		if value := fmt.Sprint(records[i][field]); !regexp.MustCompile(pattern).MatchString(value) {
			t.Errorf("%s=%s, want %s", field, value, pattern)
		}
	}
}

// checkReadable fails for what makes a journal hard to read.
func checkReadable(t *testing.T, journal string) {
	t.Helper()
	const longest = 400 // it may quote the message of a server
	for line := range strings.Lines(journal) {
		_, message, _ := strings.Cut(line, "]: ")
		if len(line) > longest {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
		for _, noise := range []string{"%!", "\x1b", "level=", "msg=", "&{", "0x", "<nil>", "map["} {
			if strings.Contains(message, noise) {
				t.Errorf("%q in: %s", noise, line)
			}
		}
	}
}

// inOrder checks that a text contains some parts, in this order.
func inOrder(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		_, rest, found := strings.Cut(text, want)
		if !found {
			t.Errorf("%q is missing or too early", want)
			continue
		}
		text = rest
	}
}
