//go:build !arm

package config

// A small system may lack the time zones, so they are in the program, except on 32-bit
// boards, whose memory and card are small. There the Debian package depends on the
// system's, which saves 0.4 MB.
import _ "time/tzdata"
