# gen-queries.awk -- sql/queries.sql -> the enum of statement names (part=enum, build/queries.h),
# or the table of their texts (part=table, build/queries-table.h, for base/pg.c only).
BEGIN { print "/* Made from sql/queries.sql: change that file. */" }
/^-- name: / { name[++n] = $3; next }
/^[ \t]*--/ || n == 0 { next }
{
	gsub(/\\/, "\\\\"); gsub(/"/, "\\\"")
	if ($0 != "") text[n] = text[n] "\n\t\t\"" $0 "\\n\""
	for (s = $0; match(s, /\$[0-9]+/); s = substr(s, RSTART + RLENGTH)) {
		k = substr(s, RSTART + 1, RLENGTH - 1) + 0
		if (k > args[n]) args[n] = k
	}
}
END {
	guard = part == "enum" ? "QUERIES_H" : "QUERIES_TABLE_H"
	print "#ifndef " guard "\n#define " guard
	if (part == "enum") {
		print "enum query {"
		for (i = 1; i <= n; i++) print "\tQ_" toupper(name[i]) ","
		print "\tQ_COUNT\n};"
	} else {
		print "static const struct { const char *name; int nargs; const char *sql; } queries[Q_COUNT + 1] = {"
		for (i = 1; i <= n; i++)
			printf "\t[Q_%s] = {\"%s\", %d,%s},\n", toupper(name[i]), name[i], args[i], text[i]
		print "\t[Q_COUNT] = {NULL, 0, NULL},\n};"
	}
	print "#endif"
}
