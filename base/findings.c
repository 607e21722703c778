/* findings.c -- see findings.h. */
#include "base/findings.h"

enum { MAX_FINDINGS = 100 };

void findings_add(struct findings *f, const char *fmt, ...)
{
	va_list args;
	auto_free char *text = NULL;

	if (f->n++ >= MAX_FINDINGS)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		abort(); /* no memory */
	va_end(args);
	for (size_t len = strlen(text); len > 0 && text[len - 1] == '\n'; len--)
		text[len - 1] = '\0'; /* libraries end some of their messages so */
	for (char *c = text; (c = strchr(c, '\n'));)
		*c = ' ';
	buf_adds(&f->text, text);
	buf_adds(&f->text, "\n");
}

void findings_print(const struct findings *f)
{
	if (f->n == 0)
		return;
	fputs(f->text.data, stderr);
	if (f->n > MAX_FINDINGS)
		fprintf(stderr, "... and %zu more\n", f->n - MAX_FINDINGS);
}

void findings_free(struct findings *f)
{
	buf_free(&f->text);
	f->n = 0;
}
