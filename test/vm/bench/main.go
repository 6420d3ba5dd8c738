// Command bench measures, in the virtual machine, how soon the installed service
// answers an edge and how many edges its board loses, beside the least program in C
// that does the same (least/least.c). "make bench-vm" runs it as root.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"text/tabwriter"
	"time"

	"ptvd/test/vm/wires"
)

// rounds is how often both programs take their turn.
const rounds = 2

const configuration = `plugins:
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0, width: 32}}
    pages: [{message: one}, {message: two}]
  bell:
    plugin: button
    pin: GPIO17
    on_press: panel.next
  lamp:
    plugin: fade
    encoder: {a: GPIO5, b: GPIO6}
    output: GPIO18
    step: 20%
    duration: 100ms
`

func main() {
	run("modprobe", "wires")
	run("udevadm", "settle")
	run("dpkg", "--install", "/out/ptvd.deb")
	check(os.WriteFile("/etc/ptvd/ptvd.yaml", []byte(configuration), 0o644))
	run("systemctl", "stop", "ptvd")
	w, err := wires.Open()
	check(err)
	report, err := os.Create("/out/bench.txt")
	check(err)
	table := tabwriter.NewWriter(io.MultiWriter(os.Stdout, report), 0, 0, 2, ' ', tabwriter.AlignRight)
	reportAnswers(table, wired{w})
	reportLosses(table, wired{w})
	check(report.Close())
}

// reportAnswers measures both programs in turn, so that both see the same noise.
func reportAnswers(table *tabwriter.Writer, w wired) {
	var spi, pwm struct{ ours, theirs []time.Duration }
	for range rounds {
		run("systemctl", "start", "ptvd")
		spi.ours = append(spi.ours, w.presses()...)
		pwm.ours = append(pwm.ours, w.detents()...)
		run("systemctl", "stop", "ptvd")

		least := startLeast("spi", "17")
		spi.theirs = append(spi.theirs, w.presses()...)
		least.end()
		least = startLeast("pwm", "6")
		pwm.theirs = append(pwm.theirs, w.detents()...)
		least.end()
	}
	fmt.Fprintf(table, "of %d edges\tptvd: answered\tmedian\t99 %%\tC: answered\tmedian\t99 %%\tratio of medians\t\n", rounds*answers)
	row := func(name string, ours, theirs []time.Duration) {
		fmt.Fprintf(table, "%s\t%d\t%v\t%v\t%d\t%v\t%v\t%.1f\t\n", name,
			len(ours), share(ours, 50), share(ours, 99), len(theirs), share(theirs, 50), share(theirs, 99),
			float64(share(ours, 50))/float64(share(theirs, 50)))
	}
	row("to an SPI message", spi.ours, spi.theirs)
	row("to a PWM change", pwm.ours, pwm.theirs)
	check(table.Flush())
}

func reportLosses(table *tabwriter.Writer, w wired) {
	fmt.Fprintf(table, "\nlost of %d edges\tptvd's board\tC\t\n", rounds*spinEdges)
	for _, phase := range []time.Duration{10 * time.Millisecond, 5 * time.Millisecond, 2 * time.Millisecond, time.Millisecond} {
		ours, theirs := rounds*spinEdges, rounds*spinEdges
		for range rounds {
			ours -= w.countOurs(phase)
			theirs -= w.countTheirs(phase)
		}
		fmt.Fprintf(table, "at %v a phase\t%d\t%d\t\n", phase, ours, theirs)
	}
	check(table.Flush())
}

// share returns the smallest value that so many per cent do not exceed.
func share(values []time.Duration, percent int) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[(len(values)*percent-1)/100].Round(time.Microsecond)
}

func run(name string, args ...string) {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		check(fmt.Errorf("%s %v: %w\n%s", name, args, err, out))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
