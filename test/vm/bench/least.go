package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// least is the program of least/least.c, while it runs.
type least struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// startLeast returns when it waits for edges.
func startLeast(args ...string) least {
	cmd := exec.Command("/out/least", args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(err)
	out, err := cmd.StdoutPipe()
	check(err)
	l := least{cmd, in, bufio.NewReader(out)}
	check(cmd.Start())
	if word, err := l.out.ReadString('\n'); err != nil || word != "ready\n" {
		check(fmt.Errorf("%v says %q: %w", cmd, word, err))
	}
	return l
}

// end closes its input, which ends it, and returns what it says.
func (l least) end() string {
	check(l.in.Close())
	said, err := io.ReadAll(l.out)
	check(err)
	check(l.cmd.Wait())
	return string(said)
}
