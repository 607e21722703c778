# gen-text.awk -- a text file -> a C string (-v name=...), for what a program carries inside.
BEGIN { print "/* Made from a text file: change that file. */\nstatic const char " name "[] =" }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "\t\"" $0 "\\n\"" }
END { print "\t\"\";" }
