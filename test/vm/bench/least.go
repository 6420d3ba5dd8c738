package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// cProgram is a running process of least/least.c.
type cProgram struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// startC starts the program and waits until it is ready for edges.
func startC(args ...string) cProgram {
	cmd := exec.Command("/out/least", args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(err)
	out, err := cmd.StdoutPipe()
	check(err)
	l := cProgram{cmd, in, bufio.NewReader(out)}
	check(cmd.Start())
	if word, err := l.out.ReadString('\n'); err != nil || word != "ready\n" {
		check(fmt.Errorf("%v printed %q: %w", cmd, word, err))
	}
	return l
}

// end closes the program's input, which ends it, and returns its output.
func (l cProgram) end() string {
	check(l.in.Close())
	output, err := io.ReadAll(l.out)
	check(err)
	check(l.cmd.Wait())
	return string(output)
}
