package font

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// latin are the letters and signs that are written in place of others which no font has,
// besides letters without their accents. Capitals are written like small letters. Greek is
// written by ISO 843, transcription, Russian and Ukrainian as on road signs.
var latin = func() map[rune]string {
	m := map[rune]string{}
	for group := range strings.FieldsSeq(`
		ss:ß ae:æ oe:œ o:øο l:ł d:đðδд h:ħ t:ŧτт th:þθ ng:ŋ i:ıηιи n:νн ij:ĳ
		a:αа v:βв g:γгґ e:εеэ z:ζз k:κк l:λл m:μм x:ξ p:πп r:ρр s:σςс y:υый f:φф ch:χч ps:ψ o:ωо
		u:µ 2:² 3:³
		b:б yo:ё zh:ж i:иі u:у kh:х ts:ц sh:ш shch:щ yu:ю ya:я ye:є yi:ї
		-:‐‑‒–—―−· ':‘’‚‛′ʼ ":“”„‟″«» ...:…`) {
		text, letters, _ := strings.Cut(group, ":")
		for _, r := range letters {
			m[r] = text
		}
	}
	m['ъ'], m['ь'] = "", ""
	return m
}()

// spell returns the characters of the face in whose place another one is drawn: a letter
// without its accents, ss for ß, and Latin letters for Greek and Cyrillic ones. ok is
// false if there are none.
func (f *Face) spell(r rune) (text string, ok bool) {
	if unicode.IsSpace(r) {
		return " ", true
	}
	parts := []rune{r}
	if _, whole := latin[unicode.ToLower(r)]; !whole {
		parts = []rune(norm.NFD.String(string(r)))
	}
	for _, part := range parts {
		spelled, known := latin[unicode.ToLower(part)]
		switch {
		case unicode.Is(unicode.Mn, part): // an accent
		case known && unicode.IsUpper(part) && spelled != "":
			text += strings.ToUpper(spelled[:1]) + spelled[1:]
		case known:
			text += spelled
		default:
			text += string(part)
		}
	}
	return text, f.Has(text)
}
