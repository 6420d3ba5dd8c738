package web

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// unanswered is how long what was sent may stay without an answer by the other
// machine, which may have gone without a word (RFC 5482).
const unanswered = 15 * time.Second

func giveUpUnanswered(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // without it the kernel takes longer
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unanswered.Milliseconds()))
	})
}
