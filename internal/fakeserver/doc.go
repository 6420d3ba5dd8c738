// Package fakeserver holds servers that stand in for the outside world, in the demo
// and in tests: the PTV Timetable API and an NTP server. They answer as the real
// ones do, over real connections where they are given one, and can be told to
// fail.
package fakeserver
