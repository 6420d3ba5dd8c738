package plugins

// OnlineChecker is a Plugin that gets something from elsewhere. "ptvd check --online"
// calls CheckOnline of an instance that was made and is not started. It asks once,
// with the configured credentials, and returns in a few lines what the instance would
// publish, or why it cannot.
type OnlineChecker interface {
	Plugin
	CheckOnline(t *Task) (string, error)
}
