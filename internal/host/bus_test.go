package host_test

import (
	"reflect"
	"testing"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

// A reload may start a reader with its new configuration and roll back the instance
// that it reads from, which then lacks the topic until the next reload.
func TestAReaderSeesATopicAgainThatWasAwayForAWhile(t *testing.T) {
	bus := host.NewBus(func() scheduler.Instant { return 1 })
	trains := &host.Instance{Name: "trains", Bus: bus}
	declare := func(topic string, payload reflect.Type) {
		bus.Declare("trains", host.Definition{Topics: []host.Topic{{Name: topic, Type: payload, Class: host.State}}}, nil)
	}
	number := reflect.TypeFor[int]()
	declare("platform", number)
	reader := bus.Slot("trains", "platform")
	trains.Publish("platform", 1, number)

	declare("departures", number)
	if value, ok := reader.Get(); ok {
		t.Errorf("a topic that is not declared has the value %v", value)
	}
	if value, _, ok := reader.After(0); ok {
		t.Errorf("a topic that is not declared has the value %v", value)
	}

	declare("platform", number)
	seen := reader.Version()
	trains.Publish("platform", 2, number)
	if value, ok := reader.Get(); value != 2 {
		t.Errorf("Get returns %v, %v", value, ok)
	}
	if value, _, ok := reader.After(seen); value != 2 {
		t.Errorf("After returns %v, %v", value, ok)
	}
}
