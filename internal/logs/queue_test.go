package logs_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/logs"
)

// blockedWriter blocks each write until release is closed.
type blockedWriter struct {
	release chan struct{}
	mu      sync.Mutex
	text    strings.Builder
}

func (s *blockedWriter) Write(line []byte) (int, error) {
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *blockedWriter) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
}

// In a synctest bubble a blocking call is reported as a deadlock.
func TestLoggingNeverBlocksOnASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		writer := &blockedWriter{release: make(chan struct{})}
		log := logs.New(writer, os.Stderr, slog.LevelInfo)
		began := time.Now()
		for i := range 10 * logs.QueueSize {
			log.Info("m", "i", i)
			log.Error("failed", "plugin", fmt.Sprint("p", i))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("logging blocked for %v", took)
		}
		log.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("Close took %v", took)
		}
		log.Info("after Close")
		close(writer.release)
	})
}

func TestDroppedMessagesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		writer := &blockedWriter{release: make(chan struct{})}
		log := logs.New(writer, os.Stderr, slog.LevelInfo)
		log.Info("first")
		synctest.Wait() // the first record is being written, and the queue is empty
		for i := range logs.QueueSize + 7 {
			log.Info("m", "i", i)
		}
		close(writer.release)
		synctest.Wait()
		log.Info("last")
		log.Close()
		lines := writer.lines()
		if len(lines) != 1+logs.QueueSize+2 {
			t.Fatalf("%d lines", len(lines))
		}
		if notice := lines[len(lines)-2]; !strings.HasSuffix(notice, "warning: log messages dropped: writer too slow dropped=7") {
			t.Errorf("got %q", notice)
		}
		for i, line := range lines[1 : 1+logs.QueueSize] {
			if !strings.HasSuffix(line, fmt.Sprintf("m i=%d", i)) {
				t.Fatalf("line %d: %q", i, line)
			}
		}
	})
}

func TestConcurrentLogging(t *testing.T) {
	log, written := open(t)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			mine := log.With("plugin", fmt.Sprint("p", i))
			for j := range 50 {
				mine.Info("m", "j", j)
				mine.Warn("w")
			}
		})
	}
	all.Wait()
	if got := strings.Count(written(), " m j="); got != 200 {
		t.Errorf("%d of 200 lines", got)
	}
}

func BenchmarkLog(b *testing.B) {
	file, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	log := logs.New(file, file, slog.LevelInfo)
	defer log.Close()
	mine := log.With("plugin", "trains")
	b.ReportAllocs()
	for b.Loop() {
		mine.Info("departures", "stop", 1099, "count", 12)
	}
}
