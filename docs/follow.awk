# Prints the blocks of a document as a shell script: the commands of those that are marked as
# the variable "marks" says, a regular expression, and Go files as commands that write them.
/^```$/ && inside { if (file != "") print "EOF"; inside = 0; next }
/^```/ && !inside {
	mark = substr($0, 4)
	file = mark ~ /^go [a-z_]+\.go$/ ? substr(mark, 4) : ""
	inside = mark ~ "^(" marks ")$" || file != ""
	if (file != "") print "cat >" file " <<'EOF'"
	next
}
inside
