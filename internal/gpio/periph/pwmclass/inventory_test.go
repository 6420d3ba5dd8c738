package pwmclass

import (
	"reflect"
	"testing"
)

func TestTheInventoryNamesThePinsOfEachChannel(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip10", "0.other", "1")
	f.chip("pwmchip2", "fe20c000.pwm", "2")
	got, err := f.inventory()
	if err != nil {
		t.Fatal(err)
	}
	want := []Chip{
		{"pwmchip2", "fe20c000.pwm", []Channel{{"pwmchip2/0", []string{"GPIO12", "GPIO18"}}, {"pwmchip2/1", []string{"GPIO13", "GPIO19"}}}},
		{"pwmchip10", "0.other", []Channel{{"pwmchip10/0", []string{}}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
