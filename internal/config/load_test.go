package config_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/config"
)

func TestAFileThatCannotBeReadIsADiagnosticToo(t *testing.T) {
	dir := t.TempDir()
	fifo, socket := filepath.Join(dir, "fifo"), filepath.Join(dir, "socket")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, c := range map[string]struct{ path, says string }{
		"missing":               {filepath.Join(dir, "none.yaml"), "no such file or directory"},
		"directory":             {dir, "is a directory"},
		"endless":               {"/dev/zero", "not a regular file"},
		"socket":                {socket, "not a regular file"},
		"pipe without a writer": {fifo, "nothing was written to this pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load(c.path)
			if found, ok := err.(config.Diagnostics); !ok || !strings.Contains(found.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// pipe returns the writing end of a pipe, and the path by which a shell names the
// other end: /dev/stdin, or what stands for <(command).
func pipe(t *testing.T) (*os.File, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return w, fmt.Sprintf("/dev/fd/%d", r.Fd())
}

func TestAFileMayComeThroughAPipe(t *testing.T) {
	w, path := pipe(t)
	loaded := make(chan error)
	go func() {
		_, err := config.Load(path)
		loaded <- err
	}()
	for _, part := range []string{"plugins:\n", "  news: {plugin: ticker}\n"} {
		if _, err := w.WriteString(part); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if err := <-loaded; err != nil {
		t.Error(err)
	}
}

func TestReadingAPipeTimesOut(t *testing.T) {
	config.SetPipeTimeout(t, time.Millisecond)
	w, path := pipe(t)
	if _, err := w.WriteString("plugins:\n"); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(path)
	if err == nil || !strings.Contains(err.Error(), "did not finish within 1ms") {
		t.Errorf("got %v", err)
	}
}

func TestLoadTakesTheModeOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ptvd.yaml")
	if err := os.WriteFile(path, []byte("plugins: {t: {plugin: trains, stop: 1, id: 12, key: abc}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path); err == nil {
		t.Error("everybody can read the secret")
	}
}
