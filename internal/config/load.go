package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// patience is how long Load waits for whoever writes to a pipe.
var patience = 5 * time.Second

// Load reads a configuration from a file or a pipe, such as /dev/stdin; it does
// not wait for what may never come. An error is [Faults].
func Load(path string) (*File, error) {
	data, mode, err := read(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, data, mode)
}

func read(path string) ([]byte, fs.FileMode, error) {
	// To open a device is to use it, a watchdog for one: so this asks first.
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	pipe := info.Mode()&fs.ModeNamedPipe != 0
	if !info.Mode().IsRegular() && !info.IsDir() && !pipe {
		return nil, 0, errors.New("this is a device or a socket, not a file")
	}
	// Without O_NONBLOCK, opening a pipe waits for somebody to write to it.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if pipe {
		if err := f.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return nil, 0, err
		}
	}
	if info, err = f.Stat(); err != nil {
		return nil, 0, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && pipe && len(data) == 0 {
		err = errors.New("nobody has written to this pipe")
	}
	return data, info.Mode(), err
}

func unreadable(path string, err error) Faults {
	message := err.Error()
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		message = "there is no such file; name another one by --config"
	case errors.Is(err, fs.ErrPermission):
		message = "this file may not be read; run as its owner, or as a member of its group"
	case errors.Is(err, os.ErrDeadlineExceeded):
		message = fmt.Sprintf("whoever writes to this pipe has not come to an end within %v", patience)
	case errors.As(err, &pathError):
		message = pathError.Err.Error()
	}
	return Faults{{File: path, Message: message}}
}
