package topics

// Text is what a picture says, in a line for people; empty: it is dark.
type Text string
