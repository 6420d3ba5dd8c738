package mqtt

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"ptvd/plugins"
)

// retained is what the board has left on the broker. It is kept in a file, so that what a
// new configuration no longer has can be removed, also after a restart.
type retained struct {
	Topics     []string          `json:"topics"`               // with a retained message
	Components map[string]string `json:"components,omitempty"` // of the device in Home Assistant, with their platforms
}

const retainedFile = "retained.json"

// loadRetained reads the file. Without it, or if it cannot be read, nothing was left.
func (m *mqtt) loadRetained(t *plugins.Task) error {
	data, err := plugins.Await(t, func(context.Context) ([]byte, error) { return m.env.Storage.Load(retainedFile) })
	if err == nil && data != nil {
		err = json.Unmarshal(data, &m.left)
	}
	return m.warn(err, "retained topics not read")
}

func (m *mqtt) warn(err error, what string) error {
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	if err != nil {
		m.env.Log.Warn(what, "err", err)
	}
	return nil
}

// topics lists the topics that hold a retained message as the board is configured now.
func (m *mqtt) topics() []string {
	all := []string{m.cfg.topic("status"), m.cfg.topic("about")}
	if m.cfg.HomeAssistant {
		all = append(all, m.cfg.discoveryTopic())
	}
	for i, t := range m.published() {
		if t.Class == "event" {
			continue
		}
		all = append(all, m.cfg.topic(i.Instance, t.Name))
		if _, isLight := lights[t.Type]; isLight && m.cfg.HomeAssistant {
			all = append(all, m.cfg.lightTopic(i.Instance, t.Name))
		}
	}
	slices.Sort(all)
	return all
}

// tidy removes what the board has left on the broker in topics that it has no more, and
// remembers what there is. It comes before the first message of a topic, so that nothing
// is forgotten if the board loses its power.
func (m *mqtt) tidy(t *plugins.Task, components map[string]string) error {
	now := retained{m.topics(), components}
	if slices.Equal(now.Topics, m.left.Topics) && maps.Equal(now.Components, m.left.Components) {
		return nil
	}
	for _, topic := range m.left.Topics {
		if _, isThere := slices.BinarySearch(now.Topics, topic); !isThere { // an empty payload removes it (MQTT 5.0, 3.3.1.3)
			if err := m.conn.send(t, message{topic: topic, retain: true}); err != nil {
				return err
			}
		}
	}
	m.left = now
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	err = m.saves.Do(t, func() error { return m.env.Storage.Save(retainedFile, data) })
	return m.warn(err, "retained topics not saved")
}
