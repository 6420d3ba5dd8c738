package font

import "strings"

// fallback is the ASCII character that is drawn in the place of another one.
var fallback = func() map[rune]rune {
	m := map[rune]rune{}
	for group := range strings.FieldsSeq(`
		AÀÁÂÃÄÅĀĂĄÆ aàáâãäåāăąæ CÇĆĈĊČ cçćĉċč DÐĎĐ dðďđ EÈÉÊËĒĔĖĘĚ eèéêëēĕėęě
		GĜĞĠĢ gĝğġģ HĤĦ hĥħ IÌÍÎÏĨĪĬĮİ iìíîïĩīĭįı JĴ jĵ KĶ kķ LĹĻĽĿŁ lĺļľŀł
		NÑŃŅŇ nñńņňŉ OÒÓÔÕÖØŌŎŐŒ oòóôõöøōŏőœ RŔŖŘ rŕŗř SŚŜŞŠȘ sśŝşšșß
		TŢŤŦȚ tţťŧț UÙÚÛÜŨŪŬŮŰŲ uùúûüũūŭůűų WŴ wŵ YÝŶŸ yýÿŷ ZŹŻŽ zźżž
		-‐‑‒–—―−· '‘’‚‛′ "“”„‟″«»`) {
		var drawn rune
		for i, r := range group {
			if i == 0 {
				drawn = r
			}
			m[r] = drawn
		}
	}
	m['…'] = '.'
	for _, space := range "\t\n\r\u00a0\u2009\u200a\u202f" {
		m[space] = ' '
	}
	return m
}()
