//go:build vm

package scenario

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// memoryLimit is what the unit may use, in bytes.
const memoryLimit = 12 << 20

// The package was just installed, so its program is in the page cache, which the kernel
// accounts to the unit only after a boot: as much as the program is large, and reclaimable.
func TestServiceWithEveryPartOfABoardTakesLittleMemory(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	g.start()
	g.allOK()
	time.Sleep(20 * time.Second)
	current, err := strconv.Atoi(g.show("MemoryCurrent"))
	if err != nil {
		t.Fatal(err)
	}
	cgroup := filepath.Join("/sys/fs/cgroup", g.show("ControlGroup"))
	parts, err := os.ReadFile(filepath.Join(cgroup, "memory.stat"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("memory of the unit: %.1f MiB", float64(current)/(1<<20))
	for line := range strings.Lines(string(parts)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, _ := strconv.Atoi(value); n >= 1<<16 {
			t.Logf("  %s %.1f MiB", name, float64(n)/(1<<20))
		}
	}
	t.Log(g.run("grep", "-E", "^(VmRSS|Rss|Threads)", "/proc/"+strconv.Itoa(g.pid())+"/status"))
	if current > memoryLimit {
		t.Errorf("more than %d MiB", memoryLimit>>20)
	}
}
