// Command bench measures, in the virtual machine, how fast the installed service reacts
// to edges and how many edges it loses, compared with a minimal program in C
// (least/least.c). "make bench-vm" runs it as root.
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

// rounds is how often both programs are measured, edgesPerRound how often in a round.
var rounds, edgesPerRound = 2, 100

const configuration = `plugins:
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0, width: 32, module: fc16, refresh: 1m}}
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
	if len(os.Args) > 1 { // "trace": some edges for press.sh
		rounds, edgesPerRound = 1, 12
		run("cp", "/proc/kallsyms", "/out")
		run("cp", "/out/ptvd", "/usr/bin")
		reportLatencies(table, bench{w})
	} else {
		reportLatencies(table, bench{w})
		reportLosses(table, bench{w})
	}
	check(report.Close())
}

// reportLatencies measures both programs in turn, so that both have the same noise.
func reportLatencies(table *tabwriter.Writer, w bench) {
	var spi, pwm struct{ ptvd, c []time.Duration }
	for range rounds {
		run("systemctl", "start", "ptvd")
		spi.ptvd = append(spi.ptvd, w.presses()...)
		pwm.ptvd = append(pwm.ptvd, w.detents()...)
		run("systemctl", "stop", "ptvd")

		least := startC("spi", "17")
		spi.c = append(spi.c, w.presses()...)
		least.end()
		least = startC("pwm", "6")
		pwm.c = append(pwm.c, w.detents()...)
		least.end()
	}
	fmt.Fprintf(table, "of %d edges\tptvd: reactions\tmedian\t99 %%\tC: reactions\tmedian\t99 %%\tratio of medians\t\n", rounds*edgesPerRound)
	row := func(name string, ptvd, c []time.Duration) {
		fmt.Fprintf(table, "%s\t%d\t%v\t%v\t%d\t%v\t%v\t%.1f\t\n", name,
			len(ptvd), percentile(ptvd, 50), percentile(ptvd, 99), len(c), percentile(c, 50), percentile(c, 99),
			float64(percentile(ptvd, 50))/float64(percentile(c, 50)))
	}
	row("edge to SPI message", spi.ptvd, spi.c)
	row("edge to PWM change", pwm.ptvd, pwm.c)
	check(table.Flush())
}

func reportLosses(table *tabwriter.Writer, w bench) {
	fmt.Fprintf(table, "\nlost of %d edges\tptvd\tC\t\n", rounds*turnEdges)
	for _, phase := range []time.Duration{10 * time.Millisecond, 5 * time.Millisecond, 2 * time.Millisecond, time.Millisecond} {
		ptvd, c := rounds*turnEdges, rounds*turnEdges
		for range rounds {
			ptvd -= w.countPtvd(phase)
			c -= w.countC(phase)
		}
		fmt.Fprintf(table, "at %v a phase\t%d\t%d\t\n", phase, ptvd, c)
	}
	check(table.Flush())
}

// percentile returns the smallest value that the given percentage does not exceed.
func percentile(values []time.Duration, percent int) time.Duration {
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
