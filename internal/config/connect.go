package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"ptvd/internal/gpio"
	"ptvd/plugins"
)

// connect checks what instances have to do with each other: the actions and
// topics that one names of another, and that no two hold one part of the board.
func (d *decoder) connect(all []*instance) {
	var claims []claim
	for _, i := range all {
		if !i.config.IsValid() {
			continue
		}
		visit(i.at.path, i.shape, i.config, func(path string, k kind, v reflect.Value) {
			at := d.nearestSpot(path)
			switch k {
			case kindPin, kindPWM, kindSPI:
				claims = append(claims, claim{gpio.Canonical(v.String()), i.Name, path, at.at()})
			case kindAction:
				d.checkAction(all, at, path, v.Interface().(plugins.ActionRef))
			case kindFrom:
				d.checkFrom(all, at, path, v)
			}
		})
	}
	d.checkClaims(claims)
}

// visit goes to every value in v that concerns other instances and is set.
func visit(path string, s *shape, v reflect.Value, see func(path string, k kind, v reflect.Value)) {
	switch s.kind {
	case kindPointer:
		if !v.IsNil() {
			visit(path, s.elem, v.Elem(), see)
		}
	case kindStruct, kindOneOf:
		for _, f := range s.fields {
			visit(path+"."+f.name, f.shape, v.Field(f.index), see)
		}
	case kindChoice:
		if choice, member := s.chosen(v); member != nil {
			visit(path+"."+member.name, member.shape, choice.Field(1).Elem().Elem(), see)
		}
		for _, f := range s.fields {
			visit(path+"."+f.name, f.shape, v.Field(f.index), see)
		}
	case kindList:
		for i := range v.Len() {
			visit(fmt.Sprintf("%s[%d]", path, i), s.elem, v.Index(i), see)
		}
	case kindMap:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
			return cmp.Compare(a.String(), b.String())
		}) {
			value := deepCopy(v.MapIndex(key)) // one that can be written to
			visit(path+"."+key.String(), s.elem, value, see)
			v.SetMapIndex(key, value)
		}
	case kindPin, kindPWM, kindSPI, kindAction, kindFrom:
		if !v.IsZero() {
			see(path, s.kind, v)
		}
	}
}
