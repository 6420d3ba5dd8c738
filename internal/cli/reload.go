package cli

import (
	"github.com/spf13/cobra"

	"ptvd/internal/daemon"
)

func reloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Reload the configuration of the running service",
		Long: `Ask the running service to reload its configuration, and wait for the outcome. The
exit status is 0 if the new configuration is in use. If the file has an error, the
previous configuration stays in use. "systemctl reload ptvd" runs this command as the
user of the service.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer func() { // systemd runs this in the service's unit, see releaseStart
				if unmapProgram() == nil {
					_ = dropUnmapped()
				}
			}()
			return daemon.RequestReload(cmd.Context(), daemon.ControlSocket())
		},
	}
}
