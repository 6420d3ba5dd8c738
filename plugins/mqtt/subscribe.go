package mqtt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// topicOf returns the topic that holds what is received from a topic of the broker.
func topicOf(name, filter string) *plugins.Topic[topics.Inbox] {
	return plugins.NewTopic[topics.Inbox](name, "messages of "+filter, plugins.State(0))
}

// Topics returns the topics for what the configuration subscribes to.
func (c Config) Topics() (list plugins.TopicList) {
	for _, name := range slices.Sorted(maps.Keys(c.Subscribe)) {
		list = append(list, plugins.Topics(topicOf(name, c.Subscribe[name]))...)
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
		switch {
		case level == "#":
			return true
		case i == len(levels) || level != "+" && level != levels[i]:
			return false
		}
	}
	return len(wanted) == len(levels)
}

// maxKept limits the messages of one subscription that are kept.
const maxKept = 16

// received publishes a message under the topics that subscribe to it, in place of the one
// that it follows. An empty one removes that.
func (m *mqtt) received(msg message) {
	for name, filter := range m.cfg.Subscribe {
		if !matches(filter, msg.topic) {
			continue
		}
		inbox := topics.Inbox{}
		for _, r := range m.inboxes[name] {
			if r.Topic != msg.topic {
				inbox = append(inbox, r)
			}
		}
		if len(msg.payload) > 0 {
			inbox = append(inbox, topics.Received{Topic: msg.topic, Payload: msg.payload, Came: m.env.Now(), Left: msg.expiry})
		}
		m.inboxes[name] = inbox[max(0, len(inbox)-maxKept):]
		topicOf(name, filter).Set(m.env, m.inboxes[name])
	}
}
