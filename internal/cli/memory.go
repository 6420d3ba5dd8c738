package cli

import (
	"cmp"
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
// disk. What has left the cache is read without read-ahead. Pages that were written stay, such
// as those that the dynamic linker protects when it has written them, in a program with C.
func unmapProgram() error {
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return err
	}
	var from, to uintptr
	var access, inode, program string
	for line := range strings.Lines(string(smaps)) {
		switch fields := strings.Fields(line); {
		case len(fields) >= 5 && strings.Contains(fields[0], "-"):
			if _, err := fmt.Sscanf(fields[0], "%x-%x", &from, &to); err != nil {
				return fmt.Errorf("/proc/self/smaps: %q: %w", line, err)
			}
			access, inode = fields[1], fields[4]
			program = cmp.Or(program, inode) // it has the lowest addresses
		case fields[0] == "Anonymous:" && fields[1] == "0" && inode == program && access[1] != 'w':
			for _, advice := range []uintptr{unix.MADV_RANDOM, unix.MADV_DONTNEED} {
				if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, advice); errno != 0 {
					return fmt.Errorf("madvise: %w", errno)
				}
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
