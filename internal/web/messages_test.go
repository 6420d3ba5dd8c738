package web

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"ptvd/plugins/topics"
)

// withPanels is a board with two panels and a lamp.
func withPanels() *board {
	topic := func(instance, kind string) Topic {
		return Topic{Envelope: topics.Envelope{Instance: instance, Topic: kind, Type: kind}}
	}
	return &board{state: State{Topics: []Topic{topic("hall", "messages"), topic("lamp", "level"), topic("porch", "messages")}}}
}

func TestMessagesAreCallsOfActionsOfThePanels(t *testing.T) {
	for _, c := range []struct{ method, path, body, action, arg string }{
		{"POST", "/api/v1/notifications", "Dinner\n", "show", "Dinner"},
		{"POST", "/api/v1/notifications", `{"text": "Dinner"}`, "show", `{"text": "Dinner"}`},
		{"DELETE", "/api/v1/notifications/bell", "", "dismiss", "bell"},
		{"DELETE", "/api/v1/notifications", "", "dismiss", ""},
		{"PUT", "/api/v1/apps/pushed/bins", `{"text": "Bins out"}`, "push", `bins {"text": "Bins out"}`},
		{"DELETE", "/api/v1/apps/pushed/bins", "", "remove", "bins"},
	} {
		b := withPanels()
		w := ask(serve(t, b.options()), c.method, c.path, c.body)
		want := []Command{{Do: Call, Action: "hall." + c.action, Arg: c.arg}, {Do: Call, Action: "porch." + c.action, Arg: c.arg}}
		if w.Code != http.StatusNoContent || !reflect.DeepEqual(b.done, want) {
			t.Errorf("%s %s: status %d, it does %v", c.method, c.path, w.Code, b.done)
		}
	}
}

func TestARefusedMessageIsAnsweredByWhatIsWrong(t *testing.T) {
	for want, err := range map[int]error{
		409: errors.New("not allowed"),
		422: Refuse(InvalidArgument, errors.New("unknown key")),
		507: Refuse(Full, errors.New("full")),
	} {
		b := withPanels()
		b.wrong = err
		w := ask(serve(t, b.options()), "POST", "/api/v1/notifications", "Dinner")
		if message := err.Error() + "\n" + err.Error() + "\n"; w.Code != want || w.Body.String() != message {
			t.Errorf("%d %q, want %d %q", w.Code, w.Body, want, message)
		}
	}
	if w := ask(serve(t, new(board).options()), "POST", "/api/v1/notifications", "Dinner"); w.Code != 404 {
		t.Errorf("without a panel: %d %s", w.Code, w.Body)
	}
}

func TestMessagesAreAllowedToThoseAloneWhoMayCallActions(t *testing.T) {
	for _, c := range []struct{ method, path string }{
		{"POST", "/api/v1/notifications"},
		{"DELETE", "/api/v1/notifications/bell"},
		{"DELETE", "/api/v1/notifications"},
		{"PUT", "/api/v1/apps/pushed/bins"},
		{"DELETE", "/api/v1/apps/pushed/bins"},
	} {
		b := withPanels()
		o := b.options()
		s := serve(t, o)
		o.Token = token
		locked := serve(t, o)
		for what, w := range map[string]int{
			"another site":    ask(s, c.method, c.path, "x", header("Sec-Fetch-Site", "cross-site")).Code,
			"another origin":  ask(s, c.method, c.path, "x", header("Sec-Fetch-Site", ""), header("Origin", "http://evil.example")).Code,
			"DNS rebinding":   ask(s, c.method, c.path, "x", hostHeader("evil.example")).Code,
			"without a token": ask(locked, c.method, c.path, "x").Code,
		} {
			if w != 401 && w != 403 && w != 421 {
				t.Errorf("%s %s, %s: status %d", c.method, c.path, what, w)
			}
		}
		if len(b.done) > 0 {
			t.Errorf("%s %s is carried out: %v", c.method, c.path, b.done)
		}
		if w := ask(locked, c.method, c.path, "x", header("Authorization", "Bearer "+token)); w.Code != 204 {
			t.Errorf("%s %s with the token: status %d", c.method, c.path, w.Code)
		}
	}
}
