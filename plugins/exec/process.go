package exec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"ptvd/plugins"
)

type process struct {
	command *osexec.Cmd
	input   io.WriteCloser
	output  *lineReader
	errors  *lineReader
	ended   chan struct{} // closed when it has ended …
	reap    func() error  // … after this, which waits for it and returns how it has ended; it blocks
}

// startProcess starts a program. It blocks.
func startProcess(path string) (*process, error) {
	c := osexec.Command(path)
	c.Dir = filepath.Dir(path)
	c.Env = []string{} // nil would be all of the daemon's
	for _, name := range []string{"PATH", "LANG", "TZ"} {
		if value, ok := os.LookupEnv(name); ok {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	// A session has a process group, and where the kernel groups processes by session
	// (sched(7), autogroup) one that is of ordinary niceness among the others.
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, inputErr := c.StdinPipe()
	output, outputErr := c.StdoutPipe()
	errorOutput, errorErr := c.StderrPipe()
	err := errors.Join(inputErr, outputErr, errorErr)
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return nil, err
	}
	// The daemon goes before other processes; the program need not. Where memory is
	// short, it is killed before the daemon. A system that forbids a change leaves it
	// as it is.
	_ = syscall.Setpriority(syscall.PRIO_PGRP, c.Process.Pid, 0)
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", c.Process.Pid), []byte("500"), 0)
	p := &process{command: c, input: input, output: newLineReader(output), errors: newLineReader(errorOutput), ended: make(chan struct{})}
	p.reap = sync.OnceValue(func() error {
		defer close(p.ended)
		state, err := c.Process.Wait() // not that of the command, which would close its outputs
		switch {
		case err != nil:
			return err
		case state.Success():
			return errors.New("exit status 0") // nothing has failed, but it should run
		}
		return &osexec.ExitError{ProcessState: state}
	})
	return p, nil
}

// write writes a line, after those that wait already.
func (p *process) write(t *plugins.Task, turns *plugins.Turns, line []byte) error {
	err := turns.Do(t, func() error {
		_, err := p.input.Write(line)
		return err
	})
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) {
		return nil // it has closed its input, and will end or not
	}
	return err
}

// A program that is asked to stop gets a signal after askTimeout, and is killed after
// termTimeout more. Both are within the time that a stop has.
const (
	askTimeout  = 100 * time.Millisecond
	termTimeout = 150 * time.Millisecond
	killTimeout = 50 * time.Millisecond
)

// end ends the program and everything that it has started: it is asked, then
// gets a signal, then is killed.
func (p *process) end(t *plugins.Task, last []byte) error {
	ask := func() { // an error shows by the program not ending
		_, _ = p.input.Write(append(last, '\n'))
		_ = p.input.Close()
	}
	err := p.endBy(t, ask, askTimeout)
	if errors.Is(err, plugins.ErrTimeout) {
		err = p.endBy(t, func() { p.signal(syscall.SIGTERM) }, termTimeout)
	}
	if err != nil && !errors.Is(err, plugins.ErrTimeout) {
		return err
	}
	killing := t.Timeout(killTimeout, func() error { return plugins.Do(t, p.Close) })
	if err != nil && killing == nil {
		return fmt.Errorf("the program was killed: it did not stop within %v", askTimeout+termTimeout)
	}
	return killing
}

// endBy waits for the end after something was done for it.
func (p *process) endBy(t *plugins.Task, do func(), timeout time.Duration) error {
	return t.Timeout(timeout, func() error {
		_, err := plugins.Await(t, func(ctx context.Context) (struct{}, error) {
			do()
			select {
			case <-p.ended:
			case <-ctx.Done():
			}
			return struct{}{}, nil
		})
		return err
	})
}

// signal sends a signal to the program and to everything that it has started, if
// anything is left of those.
func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(-p.command.Process.Pid, s) }

// Close kills what is left. It blocks.
func (p *process) Close() error {
	p.signal(syscall.SIGKILL)
	_ = p.reap()
	_, _, _ = p.input.Close(), p.output.Close(), p.errors.Close() // some are closed already
	return nil
}

// maxLine limits, in bytes, the length of a line of the program.
const maxLine = 64 << 10

var (
	errEnd     = errors.New("the output has ended")
	errTooLong = fmt.Errorf("it is longer than %d bytes", maxLine)
	errRest    = errors.New("a further part of a line that is too long")
)

// lineReader reads lines beside the loop.
type lineReader struct {
	io.Closer
	buffer  *bufio.Reader
	tooLong bool // the rest of a line is to come
}

func newLineReader(from io.ReadCloser) *lineReader {
	return &lineReader{Closer: from, buffer: bufio.NewReaderSize(from, maxLine)}
}

// next returns the next line; of one that is too long, the beginning with errTooLong, then
// each further part with errRest. At the end it returns errEnd.
func (r *lineReader) next(t *plugins.Task) ([]byte, error) {
	return plugins.Await(t, func(context.Context) ([]byte, error) { return r.read() })
}

func (r *lineReader) read() ([]byte, error) {
	rest := r.tooLong
	line, err := r.buffer.ReadSlice('\n')
	r.tooLong = errors.Is(err, bufio.ErrBufferFull)
	switch {
	case err != nil && len(line) == 0:
		return nil, errEnd
	case rest:
		err = errRest
	case r.tooLong:
		err = errTooLong
	default:
		err = nil
	}
	return slices.Clone(line), err
}
