package mqtt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

const (
	// maxKept limits the messages of one subscription that are kept.
	maxKept = 16
	// inboxPause is the least time between two looks at the subscriptions, so that a flood
	// of messages leaves the loop to others.
	inboxPause = 250 * time.Millisecond
)

// subscription has the newest messages of topics that others publish.
type subscription struct {
	filter string
	topic  *plugins.Topic[topics.Inbox]
	inbox  topics.Inbox // never changed, but replaced
	isNew  bool         // since the loop looked
}

// subscriptions returns what the configuration subscribes to.
func (c Config) subscriptions() (all []*subscription) {
	for _, name := range slices.Sorted(maps.Keys(c.Subscribe)) {
		filter := c.Subscribe[name]
		all = append(all, &subscription{filter: filter, topic: plugins.NewTopic[topics.Inbox](name, "messages of "+filter, plugins.State(0))})
	}
	return all
}

// Topics returns the topics for what the configuration subscribes to.
func (c Config) Topics() (list plugins.TopicList) {
	for _, s := range c.subscriptions() {
		list = append(list, plugins.Topics(s.topic)...)
	}
	return list
}

// checkFilter returns why a text is not a topic filter (MQTT 5.0, 4.7.1).
func checkFilter(filter string) error {
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		if strings.ContainsAny(level, "+#") && level != "+" && (level != "#" || i < len(levels)-1) {
			return fmt.Errorf("%q is not a topic filter: + stands for a whole level, and # for all levels at the end", filter)
		}
	}
	if filter == "" || len(filter) > 500 || strings.Contains(filter, "\x00") {
		return errors.New("write a topic filter, such as ptvd/+/trains/shared")
	}
	return nil
}

// matches tells whether a topic filter includes a topic (MQTT 5.0, 4.7).
func matches(filter, topic string) bool {
	wanted, levels := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range wanted {
		if level == "#" {
			return true
		}
		if i >= len(levels) || level != "+" && level != levels[i] {
			return false
		}
	}
	return len(wanted) == len(levels)
}

// keep keeps a message for the subscriptions that include it, in place of an earlier one of
// the same topic, which an empty message only removes. It runs beside the loop, so that a
// flood of messages does not reach that.
func (m *mqtt) keep(msg message) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.came = max(m.env.Now(), m.came+1)
	for _, s := range m.subscriptions {
		if !matches(s.filter, msg.topic) {
			continue
		}
		inbox := slices.DeleteFunc(slices.Clone(s.inbox), func(r topics.Received) bool { return r.Topic == msg.topic })
		if len(msg.payload) > 0 {
			inbox = append(inbox, topics.Received{Topic: msg.topic, Payload: msg.payload, Came: m.came, Left: msg.expiry})
		}
		s.inbox, s.isNew = inbox[max(0, len(inbox)-maxKept):], true
		m.received.Set()
	}
}

// takeMessages publishes the newest messages of each subscription.
func (m *mqtt) takeMessages(t *plugins.Task) error {
	if len(m.subscriptions) == 0 {
		return nil
	}
	// Those that the broker retains come first.
	if err := m.conn.subscribe(t, withRetained, slices.Collect(maps.Values(m.cfg.Subscribe))...); err != nil {
		return err
	}
	for {
		if err := m.received.Wait(t); err != nil {
			return err
		}
		for _, s := range m.subscriptions {
			if inbox, isNew := m.take(s); isNew {
				s.topic.Set(m.env, inbox)
			}
		}
		if err := t.Sleep(inboxPause); err != nil {
			return err
		}
	}
}

func (m *mqtt) take(s *subscription) (inbox topics.Inbox, isNew bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	inbox, isNew, s.isNew = s.inbox, s.isNew, false
	return inbox, isNew
}
