package topics

import (
	"slices"

	"ptvd/internal/scheduler"
)

// Messages is the messages that a panel has: the one that is up, those that wait for
// their turn, and the pages that were pushed. An instance that publishes it has the
// actions show, dismiss, push and remove. As JSON:
//
//	{"up": {"name": "bell", "text": "Somebody is at the door", "age_s": 3, "priority": 0, "hold": true},
//	 "waiting": [], "pages": [{"name": "bins", "text": "Bins out", "age_s": 3600}]}
type Messages struct {
	Up      *Message // nil: none
	Waiting []Message
	Pages   []Message
}

// Message is a message to a panel.
type Message struct {
	Name     string // empty: it has none
	Text     string
	Came     scheduler.Instant
	Priority int
	Hold     bool // it stays until it is dismissed
}

// Equal tells whether the messages are the same.
func (m Messages) Equal(other Messages) bool {
	sameUp := m.Up == other.Up || m.Up != nil && other.Up != nil && *m.Up == *other.Up
	return sameUp && slices.Equal(m.Waiting, other.Waiting) && slices.Equal(m.Pages, other.Pages)
}

// PayloadType returns "messages".
func (Messages) PayloadType() string { return "messages" }

type messageJSON struct {
	Name     string  `json:"name,omitempty"`
	Text     string  `json:"text"`
	Age      float64 `json:"age_s"`
	Priority int     `json:"priority"`
	Hold     bool    `json:"hold,omitempty"`
}

// JSONAt returns the documented form.
func (m Messages) JSONAt(at Moment) any {
	tell := func(list []Message) []messageJSON {
		all := []messageJSON{}
		for _, one := range list {
			all = append(all, messageJSON{one.Name, one.Text, at.Mono.Sub(one.Came).Seconds(), one.Priority, one.Hold})
		}
		return all
	}
	told := struct {
		Up      *messageJSON  `json:"up"`
		Waiting []messageJSON `json:"waiting"`
		Pages   []messageJSON `json:"pages"`
	}{Waiting: tell(m.Waiting), Pages: tell(m.Pages)}
	if m.Up != nil {
		told.Up = &tell([]Message{*m.Up})[0]
	}
	return told
}

// Light is how bright a panel is. An instance that publishes it has the actions wake,
// blank and brightness. As JSON:
//
//	{"on": true, "brightness": 0.5}
type Light struct {
	On         bool    `json:"on"`         // it is not blank
	Brightness float64 `json:"brightness"` // 0 to 1, also while it is blank
}

// PayloadType returns "light".
func (Light) PayloadType() string { return "light" }

// Choice is which of several things is chosen. An instance that publishes it has an action
// of the topic's name, whose argument is one of the options. As JSON:
//
//	{"choice": "clock", "options": ["minutes", "clock"]}
type Choice struct {
	Choice  string   `json:"choice"`  // empty: none of them
	Options []string `json:"options"` // in the order in which they are offered
}

// PayloadType returns "choice".
func (Choice) PayloadType() string { return "choice" }
