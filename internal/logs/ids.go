package logs

import "log/slog"

// MessageID marks a record that an administrator should act on. `journalctl
// MESSAGE_ID=…` finds it, and `journalctl -x` shows the text that ptvd.catalog has
// for it.
type MessageID string

const (
	// InstanceFailed: an instance failed; on_error decides whether it is restarted.
	InstanceFailed MessageID = "5a4cc7f0ea54440ab53d0f2fae35e34f"
	// InstanceDegraded: an instance runs with reduced function.
	InstanceDegraded MessageID = "0d7f2a1c9b8e4f6a8a5c3e1d7b9f0264"
	// LoopBlocked: a task blocks the event loop.
	LoopBlocked MessageID = "6d26df7d3144478baa354deba2118389"
	// MachineStarved: other processes had the CPU, and the event loop had to wait.
	MachineStarved MessageID = "4b0c1de1a6f9431c9f0e5d7a82c36e10"
	// PageDisabled: the web server was not started, because of its token.
	PageDisabled MessageID = "c2e3b6f1d0a84c7db5c1a4f09e6d7b38"
	// StartFailed: the daemon did not start, or ended with an error.
	StartFailed MessageID = "8f1d5e0a4b7c4a21b6d3907ce2f45a19"
	// ReloadFailed: the new configuration was not applied; the previous one is kept.
	ReloadFailed MessageID = "6191b4e0c5294062bd12fd8f6ebf10ea"
)

// ID returns the attribute that gives a record its message id. The id becomes a
// field of the journal and is not part of the text.
func ID(id MessageID) slog.Attr { return slog.Any("message_id", id) }
