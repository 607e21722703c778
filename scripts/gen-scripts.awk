# gen-scripts.awk -- *.lua -> build/scripts.h: scoreboard/apply.lua becomes
# scripts[SCRIPT_APPLY], a struct kv_script for kv_eval. Comment lines and empty lines stay out.
BEGIN {
	print "/* Made from the *.lua files: change those. */\n#ifndef SCRIPTS_H\n#define SCRIPTS_H"
	print "#include \"base/kv.h\"\n"
}
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file); sub(/\.lua$/, "", file); gsub(/[^A-Za-z0-9]/, "_", file)
	name[++n] = file
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
	gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
	text[n] = text[n] "\n\t\t\"" $0 "\\n\""
}
END {
	print "enum script {"
	for (i = 1; i <= n; i++) print "\tSCRIPT_" toupper(name[i]) ","
	print "\tSCRIPT_COUNT\n};\n"
	print "static const struct kv_script scripts[SCRIPT_COUNT + 1] UNUSED = {"
	for (i = 1; i <= n; i++) printf "\t[SCRIPT_%s] = {\"%s\",%s},\n", toupper(name[i]), name[i], text[i]
	print "\t[SCRIPT_COUNT] = {NULL, NULL},\n};\n#endif"
}
