package cli

import (
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ptvd/internal/demo"
	"ptvd/internal/logs"
)

func demoCommand() *cobra.Command {
	var flags runFlags
	var listen string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run on a simulated board, against stand-ins on loopback",
		Long: `Run the ordinary daemon on a simulated board, against a stand-in for the PTV API
and one for an NTP server on loopback. In a terminal, the panel is drawn above
the log. In a browser, a page shows the board, lets you press and turn, and breaks
the world around it at a click.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			caught := catchSignals(cmd.Context())
			defer caught.release()
			address, err := pageAddress(listen, cmd.Flags().Changed("listen"))
			if err != nil {
				return err
			}
			clock := demo.NewClock()
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
			return flags.run(caught, options)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8337", "serve the page that shows the board on `ADDRESS`, of loopback; its port may be 0")
	return cmd
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// pageAddress finds the address that the page is served on. Where nobody asked for
// one, and the usual one is taken, any other will do.
func pageAddress(wanted string, asked bool) (string, error) {
	host, _, err := net.SplitHostPort(wanted)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return "", usageError{fmt.Errorf("%q is no address of loopback, such as 127.0.0.1:8337", wanted)}
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
