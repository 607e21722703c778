/* submit_body.c -- the sizes are bounded before anything is decoded: base64 of n characters makes
 * at most n bytes, and the body itself is bounded. */
#include "api/submit_body.h"

#include "api/base64.h"
#include "base/json.h"

enum { ID_MAX = 36, FILENAME_MAX_ = 100, ENTRY_MAX = 100 };

bool submit_is_filename(const char *name)
{
	static const char *const letters =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len = strlen(name);

	if (len < 1 || len > FILENAME_MAX_ || !strchr(letters, name[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(letters, name[i]) && !strchr(".+-", name[i]))
			return false;
	return true;
}

static int check_filename(const char *name, struct err *err)
{
	if (submit_is_filename(name))
		return 0;
	return err_set(err, ERR_INPUT,
	        "no good file name: \"%s\" (letters, digits, _ . + -; at most %d)", name,
	        FILENAME_MAX_);
}

static int read_code(struct arena *a, const json_t *body, size_t max_bytes, struct submit_body *out,
        struct err *err)
{
	const char *code = NULL;
	const char *name = NULL;

	if (json_get_string(body, "code", max_bytes, &code, err) < 0 ||
	        json_opt_string(body, "filename", FILENAME_MAX_, NULL, &name, err) < 0 ||
	        (name && check_filename(name, err) < 0))
		return err_result(err);
	out->files = arena_alloc(a, sizeof(*out->files));
	out->nfiles = 1;
	out->unnamed = name == NULL;
	out->files[0] = (struct submission_file){
	        .name = name ? arena_strdup(a, name) : NULL,
	        .data = arena_strdup(a, code),
	        .len = strlen(code),
	};
	return 0;
}

/* The name is new among the files read so far. */
static int check_new(const struct submit_body *out, const char *name, struct err *err)
{
	for (size_t i = 0; i < out->nfiles; i++)
		if (strcmp(out->files[i].name, name) == 0)
			return err_set(err, ERR_INPUT, "two files named \"%s\"", name);
	return 0;
}

static int read_file(struct arena *a, const json_t *entry, size_t max_bytes,
        struct submit_body *out, struct err *err)
{
	const char *name = NULL;
	const char *data = NULL;
	const json_t *value = json_object_get(entry, "data");
	unsigned char *bytes = NULL;
	ptrdiff_t len = 0;

	if (!json_is_object(entry))
		return err_set(err, ERR_INPUT, "each of \"files\" must be an object");
	if (json_get_string(entry, "filename", FILENAME_MAX_, &name, err) < 0 ||
	        check_filename(name, err) < 0 || check_new(out, name, err) < 0)
		return err_result(err);
	data = json_string_value(value);
	if (!data)
		return err_set(err, ERR_INPUT, "\"data\" of %s must be a string (base64)", name);
	bytes = arena_alloc(a, json_string_length(value) + 1);
	len = base64_decode(data, json_string_length(value), bytes, json_string_length(value));
	if (len < 0)
		return err_set(err, ERR_INPUT, "\"data\" of %s is not base64", name);
	if ((size_t)len > max_bytes)
		return err_set(
		        err, ERR_INPUT, "the files are too large: at most %zu bytes", max_bytes);
	out->files[out->nfiles++] = (struct submission_file){
	        .name = arena_strdup(a, name), .data = (const char *)bytes, .len = (size_t)len};
	return 0;
}

static int read_files(struct arena *a, const json_t *files, size_t max_bytes,
        struct submit_body *out, struct err *err)
{
	size_t n = json_array_size(files);
	size_t left = max_bytes;

	if (!json_is_array(files) || n < 1 || n > SUBMISSION_MAX_FILES)
		return err_set(err, ERR_INPUT, "\"files\" must be an array of 1 to %d files",
		        SUBMISSION_MAX_FILES);
	out->files = arena_alloc(a, n * sizeof(*out->files));
	for (size_t i = 0; i < n; i++) {
		if (read_file(a, json_array_get(files, i), left, out, err) < 0)
			return err_result(err);
		left -= out->files[i].len;
	}
	return 0;
}

int submit_body_read(struct arena *a, const json_t *body, size_t max_bytes, struct submit_body *out,
        struct err *err)
{
	const char *contest = NULL;
	const char *problem = NULL;
	const char *language = NULL;
	const char *entry = NULL;
	const json_t *files = json_object_get(body, "files");

	*out = (struct submit_body){0};
	if (json_get_string(body, "problem_id", ID_MAX, &problem, err) < 0 ||
	        json_get_string(body, "language_id", ID_MAX, &language, err) < 0 ||
	        json_opt_string(body, "contest_id", ID_MAX, NULL, &contest, err) < 0 ||
	        json_opt_string(body, "entry_point", ENTRY_MAX, NULL, &entry, err) < 0)
		return err_result(err);
	out->problem_id = arena_strdup(a, problem);
	out->language_id = arena_strdup(a, language);
	out->contest_id = contest ? arena_strdup(a, contest) : NULL;
	out->entry_point = entry ? arena_strdup(a, entry) : NULL;
	if (files && json_object_get(body, "code"))
		return err_set(err, ERR_INPUT, "either \"files\" or \"code\", not both");
	if (files)
		return read_files(a, files, max_bytes, out, err);
	return read_code(a, body, max_bytes, out, err);
}
