package gpio

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestClosingGivesUpOnADriverThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hang := func() error { <-release; return nil }
		began := time.Now()
		err := errors.Join(closeAll(map[string]func() error{
			"SPI0.0": hang, "GPIO18": hang, "GPIO5": func() error { return errors.New("GPIO5: input/output error") },
		})...)
		if took := time.Since(began); took != closeTimeout {
			t.Errorf("closing took %v", took)
		}
		for _, want := range []string{"SPI0.0: not closed within 250ms: its driver hangs", "GPIO18: not closed", "GPIO5: input/output error"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v; want …%s…", err, want)
			}
		}
		close(release)
	})
}
