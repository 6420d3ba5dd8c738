// Command count prints how many instructions lie between an edge and the reaction to it, by
// function, from what trace.c has written of a run of the bench.
//
//	count BLOCKS KALLSYMS PROGRAM
package main

import (
	"bufio"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: count BLOCKS KALLSYMS PROGRAM")
		os.Exit(64)
	}
	f, err := os.Open(os.Args[1])
	check(err)
	traces := read(bufio.NewReader(f))
	program, kernel := programSymbols(os.Args[3]), kernelSymbols(os.Args[2])
	perKind := len(traces) / 4 // as the bench makes them
	for i, k := range []kind{
		{"ptvd: from the return of the read to the SPI ioctl", program, readEdges, "spidev_ioctl"},
		{"ptvd: from the end of the glitch filter to the SPI ioctl", program, "timerfd_tmrproc", "spidev_ioctl"},
		{"ptvd: from the return of the read to the write of the duty cycle", program, readEdges, "duty_cycle_store"},
		{"C: to the SPI ioctl", nil, readEdges, "spidev_ioctl"},
		{"C: to the write of the duty cycle", nil, readEdges, "duty_cycle_store"},
	} {
		first := max(0, i-1) * perKind // the first two are of the same traces
		k.report(traces[first:first+perKind], kernel)
	}
}

// readEdges is the kernel's function that reads edges of lines.
const readEdges = "linereq_read"

// kind is a way from a function of the kernel, or from the return to the program if that is
// readEdges, to another one.
type kind struct {
	name     string
	program  symbols // nil: its functions are not told apart
	from, to string
}

// block is a run of instructions.
type block struct{ Address, Instructions uint64 }

// read returns the blocks of each trace.
func read(in io.Reader) (traces [][]block) {
	var trace []block
	for {
		var b block
		switch err := binary.Read(in, binary.LittleEndian, &b); {
		case errors.Is(err, io.EOF):
			return traces
		case err != nil:
			check(err)
		case b == block{}:
			traces, trace = append(traces, trace), nil
		default:
			trace = append(trace, b)
		}
	}
}

const (
	benchBegins = 0x80000000 // where press.sh puts the bench
	kernelHalf  = 1 << 63
	spinLength  = 9 // instructions of the loop of the program that keeps the processor busy
)

// counts are the instructions on one way, by function.
type counts struct {
	user, kernel uint64
	switches     uint64 // of threads
	wakes        uint64 // calls of futex
	functions    map[string]uint64
}

// count follows one trace; false if it does not have the way. What the kernel does for the
// bench and for the programs of the system is left out.
func (k kind) count(trace []block, kernel symbols) (c counts, ok bool) {
	c.functions = map[string]uint64{}
	began, passed, foreign := false, false, 0 // up to where the thread is one of theirs
	for i, b := range trace {
		switch name, entry := kernel.find(b.Address); {
		case b.Address >= benchBegins && b.Address < kernelHalf, b.Address < benchBegins && spins(trace, i):
		case b.Address < benchBegins:
			if began = began || passed; began {
				name, _ := k.program.find(b.Address)
				c.user += b.Instructions
				c.functions[name] += b.Instructions
			}
		case began && entry && name == k.to:
			return c, true
		default:
			passed = passed || entry && name == k.from
			began = began || passed && k.from != readEdges
			if entry && name == switchTo {
				foreign = foreignUntil(trace, i+1, kernel)
			}
			if !began || i < foreign {
				continue
			}
			c.kernel += b.Instructions
			c.functions[name+" (kernel)"] += b.Instructions
			if entry && name == switchTo {
				c.switches++
			}
			if entry && name == "__x64_sys_futex" {
				c.wakes++
			}
		}
	}
	return c, false
}

// switchTo is the kernel's function that switches to another thread.
const switchTo = "__switch_to"

// foreignUntil returns where the thread that runs from a block on ends, if it is one of the
// bench or of the system.
func foreignUntil(trace []block, from int, kernel symbols) (until int) {
	foreign := false
	for i, b := range trace[from:] {
		if b.Address < kernelHalf {
			if foreign = b.Address >= benchBegins; !foreign {
				return 0
			}
		} else if name, entry := kernel.find(b.Address); entry && name == switchTo {
			if foreign {
				return from + i
			}
			return 0
		}
	}
	return 0
}

// spins reports whether a block is the loop of guest/spin.S, which keeps the processor busy.
func spins(trace []block, i int) bool {
	is := func(n int) bool { return n >= 0 && n < len(trace) && trace[n] == trace[i] }
	return trace[i].Instructions == spinLength && (is(i-1) || is(i+1))
}

// report prints the median of each count, and the largest functions.
func (k kind) report(traces [][]block, kernel symbols) {
	var all []counts
	names := map[string]bool{}
	for _, trace := range traces {
		if c, ok := k.count(trace, kernel); ok {
			all = append(all, c)
			for name := range c.functions {
				names[name] = true
			}
		}
	}
	if len(all) == 0 {
		check(fmt.Errorf("%s: none of %d traces has this way", k.name, len(traces)))
	}
	of := func(figure func(counts) uint64) uint64 {
		var values []uint64
		for _, c := range all {
			values = append(values, figure(c))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	fmt.Printf("\n%s, medians of %d:\n", k.name, len(all))
	fmt.Printf("%d instructions, %d of the program and %d of the kernel; %d switches of threads, %d calls of futex\n",
		of(func(c counts) uint64 { return c.user + c.kernel }), of(func(c counts) uint64 { return c.user }),
		of(func(c counts) uint64 { return c.kernel }), of(func(c counts) uint64 { return c.switches }), of(func(c counts) uint64 { return c.wakes }))
	if k.program == nil {
		return
	}
	type function struct {
		name  string
		count uint64
	}
	var largest []function
	for name := range names {
		largest = append(largest, function{name, of(func(c counts) uint64 { return c.functions[name] })})
	}
	slices.SortFunc(largest, func(a, b function) int { return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.name, b.name)) })
	for _, f := range largest[:min(10, len(largest))] {
		fmt.Printf("%8d  %s\n", f.count, f.name)
	}
}

// symbols are functions in the order of their addresses.
type symbols []symbol

type symbol struct {
	name    string
	address uint64
}

// find returns the function at an address, and whether it begins there.
func (s symbols) find(address uint64) (name string, entry bool) {
	i, found := slices.BinarySearchFunc(s, address, func(s symbol, a uint64) int { return cmp.Compare(s.address, a) })
	if !found {
		i--
	}
	if i < 0 {
		return "", false
	}
	return s[i].name, found
}

func sorted(s symbols) symbols {
	slices.SortStableFunc(s, func(a, b symbol) int { return cmp.Compare(a.address, b.address) })
	return s
}

func programSymbols(path string) (all symbols) {
	f, err := elf.Open(path)
	check(err)
	table, err := f.Symbols()
	check(err)
	for _, s := range table {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			all = append(all, symbol{s.Name, s.Value})
		}
	}
	return sorted(all)
}

func kernelSymbols(path string) (all symbols) {
	text, err := os.ReadFile(path)
	check(err)
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if strings.EqualFold(words[1], "t") {
			address, err := strconv.ParseUint(words[0], 16, 64)
			check(err)
			all = append(all, symbol{words[2], address})
		}
	}
	return sorted(all)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "count:", err)
		os.Exit(1)
	}
}
