package plugins_test

import (
	"testing"

	"ptvd/plugins"
)

func TestRegisterNamesThePluginAndWhatIsWrong(t *testing.T) {
	type config struct {
		OnPress plugins.ActionRef `yaml:"on_press" doc:"d"`
		Count   int               `yaml:"count" doc:"d" max:"3"`
	}
	good := func() plugins.Spec[config] {
		return plugins.Spec[config]{
			Name: "registered_once", Doc: "d",
			New: func(plugins.Env, config) (plugins.Plugin, error) { return nil, nil },
		}
	}
	plugins.Register(good())
	for says, change := range map[string]func(*plugins.Spec[config]){
		`plugins: two plugins are named "registered_once"`:                   func(*plugins.Spec[config]) {},
		`plugins: the Spec "a b": the name is not one of lower-case letters`: func(s *plugins.Spec[config]) { s.Name = "a b" },
		`the Spec "registered_once": there is no Doc or no New`:              func(s *plugins.Spec[config]) { s.Doc = "" },
		`the Spec "registered_once": default of .count: 4 is out of range`:   func(s *plugins.Spec[config]) { s.Defaults.Count = 4 },
		`the action press calls "on_pres", which is not an option for an action`: func(s *plugins.Spec[config]) {
			s.Actions = plugins.Actions(plugins.NewAction("press", "d", plugins.CallsOptions("on_pres")))
		},
		`the action press calls "count", which is not an option for an action`: func(s *plugins.Spec[config]) {
			s.Actions = plugins.Actions(plugins.NewAction("press", "d", plugins.CallsOptions("count")))
		},
		`two of its topics are named "level"`: func(s *plugins.Spec[config]) {
			s.Topics = plugins.Topics(plugins.NewTopic[int]("level", "d", plugins.State(0)), plugins.NewTopic[bool]("level", "d", plugins.Events()))
		},
		`two of its actions are named "press"`: func(s *plugins.Spec[config]) {
			s.Actions = plugins.Actions(plugins.NewAction("press", "d"), plugins.NewAction("press", "d"))
		},
		`the name of the action "on.off" is not one of lower-case letters`: func(s *plugins.Spec[config]) {
			s.Actions = plugins.Actions(plugins.NewAction("on.off", "d"))
		},
		`the action press is ended by "releas", which is not an action`: func(s *plugins.Spec[config]) {
			s.Actions = plugins.Actions(plugins.NewAction("press", "d", plugins.EndedBy("releas")))
		},
	} {
		spec := good()
		change(&spec)
		mustPanic(t, says, func() { plugins.Register(spec) })
	}
}

type configWithPointerTopics struct{}

func (*configWithPointerTopics) Topics() plugins.TopicList { return nil }

func TestAMethodTopicsThatWouldBeIgnoredIsRefused(t *testing.T) {
	const want = "the method Topics of its Config is not func (configWithPointerTopics) Topics() plugins.TopicList"
	mustPanic(t, want, func() {
		plugins.Register(plugins.Spec[configWithPointerTopics]{
			Name: "pointer_topics", Doc: "d",
			New: func(plugins.Env, configWithPointerTopics) (plugins.Plugin, error) { return nil, nil },
		})
	})
}

func TestATopicOfAPointerTypeIsRefused(t *testing.T) {
	mustPanic(t, `plugins: the topic "level" is of the pointer type *int; use int`, func() {
		plugins.NewTopic[*int]("level", "d", plugins.State(0))
	})
}
