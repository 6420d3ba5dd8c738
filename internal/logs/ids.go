package logs

import "log/slog"

// MessageID marks a record that an administrator should act on. It is found by
// `journalctl MESSAGE_ID=…`, and `journalctl -x` explains it from ptvd.catalog,
// which has a text for each.
type MessageID string

const (
	// InstanceFailed: an instance does not run, and is tried again or not.
	InstanceFailed MessageID = "5a4cc7f0ea54440ab53d0f2fae35e34f"
	// InstanceDegraded: an instance runs, and lacks something.
	InstanceDegraded MessageID = "0d7f2a1c9b8e4f6a8a5c3e1d7b9f0264"
	// LoopBlocked: a step holds the loop, and everything waits for it.
	LoopBlocked MessageID = "6d26df7d3144478baa354deba2118389"
	// ReloadRefused: the new configuration was not taken; the old one stays.
	ReloadRefused MessageID = "6191b4e0c5294062bd12fd8f6ebf10ea"
)

// ID is the attribute that gives a record its message id. It is a field of the
// journal and does not show in the text.
func ID(id MessageID) slog.Attr { return slog.Any("message_id", id) }
