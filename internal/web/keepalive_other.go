//go:build !linux

package web

import "net"

func setUserTimeout(*net.TCPConn) {}
