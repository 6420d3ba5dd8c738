package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// releaseAfter is how long after its start a daemon releases what only the start needed.
	// By then the instances run, and the first replies have usually come.
	releaseAfter = 20 * time.Second
	// inUseFor is how long the program is watched then: what runs in that time stays in memory.
	inUseFor = 5 * time.Second
)

// releaseStart gives the memory back that only the start needed. A start reads nearly all of
// the program by read-ahead, and after a boot that page cache is accounted to the unit.
func releaseStart(log *slog.Logger) {
	err := unmapProgram()
	debug.FreeOSMemory() // a collection uses tables of the program, which stay for the next one
	time.Sleep(inUseFor)
	if err = errors.Join(err, dropUnmapped()); err != nil {
		log.Debug("releasing the memory of the start failed", "err", err)
	}
}

// unmapProgram unmaps the program's code and constants, which stay in the page cache. What is
// used is mapped again, with what the cache has of the 64 kB around it, and is not read from the
// disk. What has left the cache is read without read-ahead.
func unmapProgram() error {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	var program string
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		var access, skipped, inode string
		if _, err := fmt.Sscanf(line, "%x-%x %s %s %s %s", &from, &to, &access, &skipped, &skipped, &inode); err != nil {
			return fmt.Errorf("/proc/self/maps: %q: %w", line, err)
		}
		if program == "" {
			program = inode // it has the lowest addresses
		}
		if inode != program || access[1] == 'w' {
			continue
		}
		for _, advice := range []uintptr{unix.MADV_RANDOM, unix.MADV_DONTNEED} {
			if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, advice); errno != 0 {
				return fmt.Errorf("madvise: %w", errno)
			}
		}
	}
	return nil
}

// dropUnmapped drops from the page cache what no process has mapped of the program.
func dropUnmapped() error {
	program, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer program.Close()
	if err := unix.Fadvise(int(program.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		return fmt.Errorf("posix_fadvise: %w", err)
	}
	return nil
}
