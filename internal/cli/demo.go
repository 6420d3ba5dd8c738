package cli

import (
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ptvd/internal/daemon"
	"ptvd/internal/demo"
	"ptvd/internal/logs"
)

func demoCommand() *cobra.Command {
	var flags runFlags
	var listen, begin string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run on a simulated board with simulated servers",
		Long: `Run the daemon on a simulated board, with local servers in place of the PTV API, of a
MOTIS and of an NTP server. In a terminal, the panel is drawn above the log. A web page
shows the board, lets you press buttons and turn the encoder, and injects faults.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signals := catchSignals(cmd.Context())
			defer signals.release()
			address, err := pageAddress(listen, cmd.Flags().Changed("listen"))
			if err != nil {
				return err
			}
			start, err := demo.Today(begin)
			if err != nil {
				return usageError{err}
			}
			clock := demo.NewClock(start)
			world, err := demo.NewWorld(clock.Wall)
			if err != nil {
				return err
			}
			defer world.Close()
			var terminal io.Writer = os.Stderr
			if isTerminal(os.Stdout) && isTerminal(os.Stderr) {
				screen, stop := world.Show(os.Stdout, "http://"+address+"/")
				defer stop()
				terminal = screen
			}
			log := logs.New(terminal, os.Stderr, flags.level())
			defer log.Close()
			options, err := world.Options(log.Logger)
			if err != nil {
				return configError{err}
			}
			world.Open(&options, clock, address)
			options.Version, options.Lasts = Version, flags.duration
			d := daemon.New(options)
			world.Reload = d.Reload
			return flags.run(signals, log, d, d.Stop) // without a file to reload, SIGHUP means that the terminal was closed
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8337", "serve the web page on the loopback `ADDRESS`; port 0 selects a free port")
	cmd.Flags().StringVar(&begin, "time", demo.Morning, "begin at this `TIME` of day; between one and five nothing runs")
	return cmd
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// pageAddress returns the address to serve the page on. If the default address is in
// use, it is a free port.
func pageAddress(wanted string, asked bool) (string, error) {
	host, _, err := net.SplitHostPort(wanted)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return "", usageError{fmt.Errorf("invalid --listen %q: must be a loopback address, for example 127.0.0.1:8337", wanted)}
	}
	listener, err := net.Listen("tcp", wanted)
	if err != nil && !asked {
		listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
