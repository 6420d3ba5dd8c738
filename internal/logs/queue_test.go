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

// A sulk is a reader that does not read until it is let go.
type sulk struct {
	release chan struct{}
	mu      sync.Mutex
	text    strings.Builder
}

func (s *sulk) Write(line []byte) (int, error) {
	<-s.release
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *sulk) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSuffix(s.text.String(), "\n"), "\n")
}

// Without the queue, this would hang: in a bubble, for a reason that is reported.
func TestNoCallWaitsForAReaderThatNeverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := &sulk{release: make(chan struct{})}
		log := logs.New(reader, os.Stderr, slog.LevelInfo)
		began := time.Now()
		for i := range 10 * logs.Queued {
			log.Info("m", "i", i)
			log.Error("failed", "plugin", fmt.Sprint("p", i))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("logging waited for %v", took)
		}
		log.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("the end waited for %v", took)
		}
		log.Info("after the end")
		close(reader.release)
	})
}

func TestWhatIsLostIsCountedWhenTheReaderIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := &sulk{release: make(chan struct{})}
		log := logs.New(reader, os.Stderr, slog.LevelInfo)
		log.Info("first")
		synctest.Wait() // it is on its way to the reader, and the queue is empty
		for i := range logs.Queued + 7 {
			log.Info("m", "i", i)
		}
		close(reader.release)
		synctest.Wait()
		log.Info("last")
		log.Close()
		lines := reader.lines()
		if len(lines) != 1+logs.Queued+2 {
			t.Fatalf("%d lines", len(lines))
		}
		if notice := lines[len(lines)-2]; !strings.HasSuffix(notice, "warning: a part of the log is lost: its reader was too slow records=7") {
			t.Errorf("got %q", notice)
		}
		for i, line := range lines[1 : 1+logs.Queued] {
			if !strings.HasSuffix(line, fmt.Sprintf("m i=%d", i)) {
				t.Fatalf("line %d: %q", i, line)
			}
		}
	})
}

func TestManyMayLogAtOnce(t *testing.T) {
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

func BenchmarkALineOfTheLog(b *testing.B) {
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
