package cli

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReleasedProgramIsReadWithoutReadAhead(t *testing.T) {
	if err := unmapProgram(); err != nil {
		t.Fatal(err)
	}
	if err := dropUnmapped(); err != nil {
		t.Fatal(err)
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	var mapping string
	released := 0
	for line := range strings.Lines(string(smaps)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if !strings.Contains(name, "VmFlags") {
			if strings.Contains(line, "-") {
				mapping = strings.TrimSpace(line)
			}
			continue
		}
		if !strings.HasSuffix(mapping, program) {
			continue
		}
		writable := strings.Contains(mapping, " rw")
		if random := strings.Contains(value+" ", " rr "); random == writable {
			t.Errorf("%s: random access: %v", mapping, random)
		} else if random {
			released++
		}
	}
	if released < 2 {
		t.Errorf("%d mappings are read without read-ahead, want code and constants", released)
	}
}

// The dynamic linker writes some pages of a program with C, and makes them read-only.
func TestPagesOfTheProgramThatWereWrittenAreNotReleased(t *testing.T) {
	program, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	page, err := unix.Mmap(int(program.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	copy(page, "written")
	if err := errors.Join(unix.Mprotect(page, unix.PROT_READ), unmapProgram()); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(page, []byte("written")) {
		t.Errorf("the page begins with %q", page[:7])
	}
	if err := unix.Munmap(page); err != nil {
		t.Error(err)
	}
}
