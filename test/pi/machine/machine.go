package machine

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Machine is a running board.
type Machine struct {
	qemu    *exec.Cmd
	console *os.File      // of QEMU, for what the guest's shell should do
	lines   *bufio.Reader // what the guest prints
	monitor net.Conn
	answers *bufio.Reader
	trace   *os.File
	seen    int64 // how much of the trace was read

	functions [6]uint32 // of the pins, as written last: GPFSEL0 to 5
}

// Boot starts QEMU in the directory that image.sh made, with an initrd in it, and waits
// for the guest's shell. out is a directory for the console and the trace; QEMU takes
// the further options.
func Boot(root, initrd, out string, options ...string) (*Machine, error) {
	trace, err := os.Create(filepath.Join(out, "trace.log"))
	if err != nil {
		return nil, err
	}
	const socket = "/tmp/monitor"
	_ = os.Remove(filepath.Join(root, socket)) // of an earlier run that was killed
	// With several threads, the three processors that the kernel has not started yet
	// would keep the host's busy. The guest's clock counts the instructions of its
	// processors, 8 ns each, and runs on to the next timer while they wait: so a busy
	// host makes the guest slower and changes nothing in it.
	args := []string{
		root, "qemu-system-aarch64", "-M", "raspi3b", "-accel", "tcg,thread=single", "-icount", "shift=3,sleep=off", "-display", "none", "-no-reboot",
		"-kernel", "/root/vmlinuz", "-dtb", "/root/board.dtb", "-initrd", initrd,
		"-append", "console=ttyS1,115200 8250.nr_uarts=2 panic=-1 loglevel=4 cma=16M random.trust_bootloader=on",
		"-serial", "stdio", "-serial", "file:/tmp/kernel.log", "-msg", "timestamp=on", "-monitor", "unix:" + socket + ",server=on,wait=off",
	}
	m := &Machine{qemu: exec.Command("chroot", append(args, options...)...), trace: trace}
	m.qemu.Stderr = trace
	input, console, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	m.qemu.Stdin, m.console = input, console
	output, err := m.qemu.StdoutPipe()
	if err != nil {
		return nil, err
	}
	transcript, err := os.Create(filepath.Join(out, "console.log"))
	if err != nil {
		return nil, err
	}
	m.lines = bufio.NewReader(io.TeeReader(output, transcript))
	if err := m.qemu.Start(); err != nil {
		return nil, err
	}
	if _, _, err := m.answer(); err != nil {
		return nil, fmt.Errorf("the guest did not start: %w; see %s", err, transcript.Name())
	}
	if m.monitor, err = net.Dial("unix", filepath.Join(root, socket)); err != nil {
		return nil, err
	}
	m.answers = bufio.NewReader(m.monitor)
	_, err = m.answers.ReadString(')') // the first prompt
	return m, err
}

// Close ends the machine.
func (m *Machine) Close() error {
	return errors.Join(m.qemu.Process.Kill(), m.trace.Close())
}

// Run runs a line of shell and returns what it prints, and its exit status.
func (m *Machine) Run(line string) (output string, status int, err error) {
	if strings.Contains(line, "\n") {
		return "", 0, errors.New("the guest's shell takes a single line")
	}
	if _, err := io.WriteString(m.console, line+"\n"); err != nil {
		return "", 0, err
	}
	return m.answer()
}

// answer reads up to the line with the exit status.
func (m *Machine) answer() (output string, status int, err error) {
	var b strings.Builder
	for {
		line, err := m.lines.ReadString('\n')
		if err != nil {
			return b.String(), 0, err
		}
		line = strings.ReplaceAll(line, "\r", "")
		if text, ok := strings.CutPrefix(line, "=> "); ok {
			status, err := strconv.Atoi(strings.TrimSpace(text))
			return strings.TrimRight(b.String(), "\n"), status, err
		}
		b.WriteString(line)
	}
}

// WriteFile writes a file in the guest.
func (m *Machine) WriteFile(path, text string) error {
	output, status, err := m.Run(fmt.Sprintf("echo %s | base64 -d >%s", base64.StdEncoding.EncodeToString([]byte(text)), path))
	if err == nil && status != 0 {
		err = errors.New(output)
	}
	return err
}

// command runs a command of QEMU's monitor and returns what it prints.
func (m *Machine) command(text string) (string, error) {
	_ = m.monitor.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(m.monitor, text+"\n"); err != nil {
		return "", err
	}
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "(qemu)") {
		part, err := m.answers.ReadString(')')
		if err != nil {
			return "", err
		}
		b.WriteString(part)
	}
	_, answer, _ := strings.Cut(strings.TrimSuffix(b.String(), "(qemu)"), "\r\n") // behind the echo
	return answer, nil
}
