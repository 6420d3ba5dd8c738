package cli

import (
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ptvd/internal/demo"
	"ptvd/internal/logs"
)

func demoCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run on a simulated board, against stand-ins on loopback",
		Long: `Run the ordinary daemon on a simulated board, against a stand-in for the PTV API
and one for an NTP server on loopback. In a terminal, the panel is drawn above
the log.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			world, err := demo.NewWorld(time.Now)
			if err != nil {
				return err
			}
			defer world.Close()
			var terminal io.Writer = os.Stderr
			if isTerminal(os.Stdout) && isTerminal(os.Stderr) {
				screen, stop := world.Show(os.Stdout)
				defer stop()
				terminal = screen
			}
			log := logs.New(terminal, os.Stderr, flags.level())
			defer log.Close()
			options, err := world.Options(log.Logger)
			if err != nil {
				return configError{err}
			}
			return flags.run(cmd.Context(), options)
		},
	}
	flags.add(cmd)
	return cmd
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
