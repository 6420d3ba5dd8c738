package departures

import (
	"time"

	"ptvd/plugins"
)

// Options are the options of every source; its Config embeds them.
type Options struct {
	Walk             time.Duration `yaml:"walk" doc:"the time from the door to the stop or platform; what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int           `yaml:"count" doc:"how many departures to keep, in addition to those within the walk" min:"1" max:"30"`
	IncludeCancelled bool          `yaml:"include_cancelled" doc:"keep cancelled services, which are shown as cancelled"`
}

// ServiceOptions are the options of a source that asks a [Service].
type ServiceOptions struct {
	Every time.Duration `yaml:"every" doc:"how often departures are fetched" min:"10s" max:"1h"`
	Options
	Share    bool   `yaml:"share" doc:"publish the departures for other boards, too: the topic shared, which an instance of mqtt passes on to their remote"`
	OnDemand bool   `yaml:"on_demand" doc:"fetch departures only when an instance of remote asks for them, which hears of none from other boards"`
	BaseURL  string `yaml:"base_url" doc:"the address of the service"`
}

// Topics returns the topic for other boards, if there is one.
func (o ServiceOptions) Topics() (list plugins.TopicList) {
	if o.Share {
		list = plugins.Topics(sharedTopic)
	}
	return list
}

// Validate checks the address.
func (o ServiceOptions) Validate() error {
	if _, err := parseBase(o.BaseURL); err != nil {
		return plugins.OptionErrorf("base_url", "%w", err)
	}
	return nil
}

// Wanted returns how many departures to request: those to keep, those within the walk, at
// most one every two minutes, and one more, which tells whether there are others. If a
// filter drops some of them, several times as many are needed; but more than 100 would take
// a small board too long to decode.
func (o Options) Wanted(times int) int {
	const headway = 2 * time.Minute
	n := o.Count + int((o.Walk+headway-1)/headway) + 1
	return max(n, min(times*n, 100))
}
