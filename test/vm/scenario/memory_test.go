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

// As after a boot, the program is not in the page cache, so that the kernel accounts to the
// unit what is read of it.
func TestServiceWithEveryPartOfABoardTakesLittleMemoryAfterABoot(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	g.run("sync")
	g.write("/proc/sys/vm/drop_caches", "3", 0o200)
	g.start()
	g.allOK()
	program := g.memory("started")["file"]
	if program < 8<<20 {
		t.Fatalf("only %d bytes of files are accounted to the unit: the program was in the page cache", program)
	}
	defer func() { g.memory("at the end") }()
	g.eventually("the unit takes little memory", time.Minute, func() bool { return g.current() <= memoryLimit })
	g.memory("released")
	g.press()
	g.allOK()
	g.memory("pressed")
	if current := g.current(); current > memoryLimit {
		t.Errorf("%d bytes after a press, more than %d", current, memoryLimit)
	}
}

// current returns how many bytes the kernel accounts to the unit.
func (g *guest) current() int {
	g.Helper()
	current, err := strconv.Atoi(g.show("MemoryCurrent"))
	if err != nil {
		g.Fatal(err)
	}
	return current
}

// memory logs what the unit's memory consists of, and returns it in bytes.
func (g *guest) memory(when string) map[string]int {
	g.Helper()
	stat, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", g.show("ControlGroup"), "memory.stat"))
	if err != nil {
		g.Fatal(err)
	}
	parts := map[string]int{}
	for line := range strings.Lines(string(stat)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		parts[name], _ = strconv.Atoi(value)
	}
	g.Logf("%s: %.2f MiB; anon %.2f, file %.2f, kernel %.2f", when, mib(g.current()), mib(parts["anon"]), mib(parts["file"]), mib(parts["kernel"]))
	return parts
}

func mib(bytes int) float64 { return float64(bytes) / (1 << 20) }
