//go:build amd64 || arm64 || arm

package scheduler

// goroutine identifies the calling goroutine while it lives.
func goroutine() uintptr
