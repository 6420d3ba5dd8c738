package schema_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/schema"
	"ptvd/plugins"
)

type recursive struct {
	Inner []recursive `yaml:"inner" doc:"d"`
}

type list []list

type base struct {
	Value int `yaml:"value" doc:"d"`
}

// Base can be embedded.
type Base struct {
	Value int `yaml:"v" doc:"d" short:"true"`
}

type choice struct{ plugins.Choice[kind] }

type kind interface{ kind() }

func (*base) kind() {}

func init() {
	plugins.AddMember[kind]("number", "a number", base{})
}

func TestAConfigIsCheckedWithTheNameOfTheField(t *testing.T) {
	for name, c := range map[string]struct {
		defaults any
		says     string
	}{
		"a pointer to a reference": {
			struct {
				From *plugins.From[int] `yaml:"from" doc:"d"`
			}{}, ".From: an option cannot be a pointer; use plugins.From[int]",
		},
		"a type that contains itself": {recursive{}, "recursive.Inner: the type schema_test.recursive contains itself"},
		"a list of itself": {
			struct {
				List list `yaml:"list" doc:"d"`
			}{}, ".List: the type schema_test.list contains itself",
		},
		"two fields of one name": {
			struct {
				A int `yaml:"v" doc:"d"`
				B int `yaml:"v" doc:"d"`
			}{}, ".B: two fields are named v",
		},
		"a yaml tag with options": {
			struct {
				A int `yaml:"v,omitempty" doc:"d"`
			}{}, `.A: yaml:"v,omitempty" is not the name of an option`,
		},
		"no yaml tag": {
			struct {
				A int `doc:"d"`
			}{}, `.A: yaml:"" is not the name of an option`,
		},
		"no doc tag": {
			struct {
				A int `yaml:"v"`
			}{}, ".A: no doc tag",
		},
		"required otherwise than by true": {
			struct {
				A int `yaml:"v" doc:"d" required:"yes"`
			}{}, `.A: required:"yes"; write required:"true" or leave it out`,
		},
		"short otherwise than by true": {
			struct {
				A int `yaml:"v" doc:"d" short:"v"`
			}{}, `.A: short:"v"; write short:"true"`,
		},
		"a default above its bound": {
			struct {
				A struct {
					Every []time.Duration `yaml:"every" doc:"d" max:"1m"`
				} `yaml:"a" doc:"d"`
			}{struct {
				Every []time.Duration `yaml:"every" doc:"d" max:"1m"`
			}{[]time.Duration{time.Hour}}}, "default of .a.every[0]: 1h is out of range; it must be at most 1m",
		},
		"a default that is not allowed": {
			struct {
				A string `yaml:"v" doc:"d" oneof:"on off"`
			}{"of"}, "default of .v: of is not one of on or off",
		},
		"an embedded struct": {
			struct{ base }{}, ".base: an embedded struct is not supported",
		},
		"an option of an embedded struct again": {
			struct {
				Base
				A int `yaml:"v" doc:"d"`
			}{}, ".A: two fields are named v",
		},
		"a bound that cannot be read": {
			struct {
				A time.Duration `yaml:"v" doc:"d" min:"10"`
			}{}, ".A: min: 10 has no unit",
		},
		"a word that cannot be read": {
			struct {
				A int `yaml:"v" doc:"d" oneof:"1 two"`
			}{}, ".A: oneof: two is not a whole number",
		},
		"a bound of what has no order": {
			struct {
				A string `yaml:"v" doc:"d" min:"1"`
			}{}, ".A: min: values of type string have no order",
		},
		"bounds the wrong way round": {
			struct {
				A int `yaml:"v" doc:"d" min:"3" max:"2"`
			}{}, ".A: min 3 is above max 2",
		},
		"a type that no option can have": {
			struct {
				A func() `yaml:"v" doc:"d"`
			}{}, ".A: an option cannot be of type func()",
		},
		"a map by numbers": {
			struct {
				A map[int]string `yaml:"v" doc:"d"`
			}{}, ".A: an option cannot be of type map[int]string",
		},
		"no struct":     {1, "int is not a plain struct"},
		"a mere choice": {choice{}, "schema_test.choice is not a plain struct"},
		"an option named as a member beside it": {
			struct {
				A struct {
					plugins.Choice[kind]
					Number int `yaml:"number" doc:"d"`
				} `yaml:"v" doc:"d"`
			}{}, ".A: the option number has the name of a member of schema_test.kind",
		},
		"a good one": {
			struct {
				Every  time.Duration        `yaml:"every" doc:"d" min:"1s"`
				Device choice               `yaml:"device" doc:"d"`
				Choice plugins.Choice[kind] `yaml:"choice" doc:"d"`
				Of     plugins.TimeOfDay    `yaml:"of" doc:"d"`
				hidden int
			}{}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schema.Check(reflect.ValueOf(c.defaults))
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// panicOf returns what a function panics with.
func panicOf(f func()) (message string) {
	defer func() { message, _ = recover().(string) }()
	f()
	return ""
}

type ring interface{ ring() }

type inRing struct {
	Next plugins.Choice[ring] `yaml:"next" doc:"d"`
}

func (*inRing) ring() {}

type outOfBounds struct {
	Value int `yaml:"value" doc:"d" max:"1"`
}

func (*outOfBounds) kind() {}

func TestAMemberIsCheckedWhenItIsAdded(t *testing.T) {
	for name, c := range map[string]struct {
		add  func()
		says string
	}{
		"a name that is taken":        {func() { plugins.AddMember[kind]("number", "d", base{}) }, `member "number" of schema_test.kind: the name number is taken`},
		"a name that no option has":   {func() { plugins.AddMember[kind]("a b", "d", base{}) }, `member "a b" of schema_test.kind`},
		"no doc":                      {func() { plugins.AddMember[kind]("other", "", base{}) }, "needs a doc"},
		"a default out of bounds":     {func() { plugins.AddMember[kind]("other", "d", outOfBounds{2}) }, "default of .value: 2 is out of range"},
		"a type that leads to itself": {func() { plugins.AddMember[ring]("other", "d", inRing{}) }, "contains itself, through schema_test.ring"},
		"another type":                {func() { plugins.AddMember[kind]("other", "d", time.Time{}) }, "*time.Time does not implement it"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := panicOf(c.add); !strings.Contains(got, c.says) {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

func TestOptionsOfAnEmbeddedStructStandAmongTheOthers(t *testing.T) {
	var config struct {
		First int `yaml:"first" doc:"d"`
		Base
		Last int `yaml:"last" doc:"d"`
	}
	v := reflect.ValueOf(&config).Elem()
	of := schema.Must(v.Type())
	if names := schema.Names(of.Fields); !slices.Equal(names, []string{"first", "v", "last"}) || of.Short == nil || of.Short.Name != "v" {
		t.Fatalf("the options are %v, and %+v may stand alone", names, of.Short)
	}
	of.Field("v").In(v).SetInt(3)
	of.Short.In(v).SetInt(2 * of.Short.In(v).Int())
	of.Walk("", v, func(path string, _ *schema.Type, v reflect.Value) {
		if path != ".v" || v.Int() != 6 {
			t.Errorf("%s is %v", path, v)
		}
	})
}

func TestAnOptionIsFoundByItsPath(t *testing.T) {
	config := schema.Must(reflect.TypeFor[struct {
		Lamps []struct {
			Encoder struct {
				A plugins.Pin `yaml:"a" doc:"d"`
			} `yaml:"encoder" doc:"d"`
		} `yaml:"lamps" doc:"d"`
	}]())
	for path, want := range map[string]*schema.Kind{"lamps": schema.List, "lamps.encoder.a": schema.Pin, "lamps.encoder": schema.Struct} {
		if got := config.At(path); got == nil || got.Kind != want {
			t.Errorf("%s: got %v", path, got)
		}
	}
	for _, path := range []string{"", "lamp", "lamps.a", "lamps.encoder.a.b"} {
		if got := config.At(path); got != nil {
			t.Errorf("%s: got %v", path, got)
		}
	}
}
