package daemon

type Report struct{}

func (d *Daemon) Report() Report             { return Report{} }
func (r Report) Write(path string) error     { return nil }
func (d *Daemon) LogSnapshot()               {}
