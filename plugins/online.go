package plugins

// OnlineChecker is a Plugin that gets something from elsewhere, or reads it from one that
// does. "ptvd check --online" calls CheckOnline of an instance that was made and is not
// started. It asks once, with the configured credentials, and returns in a few lines what
// the instance would publish, or why it cannot. It may have nothing to say.
type OnlineChecker interface {
	Plugin
	CheckOnline(t *Task) (string, error)
}
