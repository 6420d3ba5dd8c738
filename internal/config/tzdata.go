//go:build !arm

package config

// A small system may lack the time zones. On a 32-bit board, whose memory and card are small,
// they are those of the system, on which the package depends: 0.4 MB less.
import _ "time/tzdata"
