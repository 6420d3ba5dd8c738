package topics

// Text is a text for people: what a picture says, for those who cannot see it; it
// is empty while the panel is dark. As JSON it is a string.
type Text string

// PayloadType returns "text".
func (Text) PayloadType() string { return "text" }
