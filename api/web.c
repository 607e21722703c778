/* web.c -- the files of a folder as ready-made responses, sorted by path. A file `x.gz` next to `x`
 * is what clients that take gzip get. Names that the bundler gave a hash (below /assets/) are
 * cached forever, all others are asked for again with their ETag. */
#include "api/web.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <fts.h>
#include <sys/stat.h>

enum { MAX_FILE = 32 * 1024 * 1024, MAX_FILES = 2000, ETAG_HASH = 16 };

struct web {
	struct web_file *files;
	size_t n;
};

/* Pages may load from this server alone; styles of charts and formulas are set inline. */
static const char *const policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; worker-src 'self' blob:; object-src 'self'; "
        "frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

static const char *type_of(const char *path)
{
	static const char *const table[][2] = {
	        {".html", "text/html; charset=utf-8"},
	        {".js", "text/javascript; charset=utf-8"},
	        {".mjs", "text/javascript; charset=utf-8"},
	        {".css", "text/css; charset=utf-8"},
	        {".json", "application/json"},
	        {".webmanifest", "application/manifest+json"},
	        {".svg", "image/svg+xml"},
	        {".png", "image/png"},
	        {".ico", "image/x-icon"},
	        {".woff2", "font/woff2"},
	        {".woff", "font/woff"},
	        {".ttf", "font/ttf"},
	        {".wasm", "application/wasm"},
	        {".txt", "text/plain; charset=utf-8"},
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(table); i++)
		if (strcmp(table[i][0], dot) == 0)
			return table[i][1];
	return "application/octet-stream";
}

static void add_headers(struct MHD_Response *r, const struct web_file *f)
{
	MHD_add_response_header(r, "ETag", f->etag);
	MHD_add_response_header(r, "Cache-Control",
	        f->forever ? "public, max-age=31536000, immutable" : "no-cache");
	MHD_add_response_header(r, "Vary", "Accept-Encoding");
}

static struct MHD_Response *make_response(const struct web_file *f, struct buf *body, bool gzip)
{
	size_t len = body->len;
	struct MHD_Response *r = MHD_create_response_from_buffer(len, len ? buf_take(body) : NULL,
	        len ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

	assert(r);
	add_headers(r, f);
	MHD_add_response_header(r, "Content-Type", f->type);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Referrer-Policy", "same-origin");
	MHD_add_response_header(r, "Content-Security-Policy", policy);
	if (gzip)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
	return r;
}

static void load_file(struct web *w, const char *path, const char *file)
{
	auto_buf struct buf body = {0};
	auto_buf struct buf packed = {0};
	auto_free char *gz = xasprintf("%s.gz", file);
	unsigned char hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct err err = {0};
	struct web_file *f = &w->files[w->n];

	if (buf_read_file(&body, file, MAX_FILE, &err) < 0) {
		log_warn("web.unreadable", "file=%s error=\"%s\"", file, err.msg);
		return;
	}
	hash_sha256(body.data ? body.data : "", body.len, hash);
	hash_hex(hash, hex);
	*f = (struct web_file){.path = xstrdup(path),
	        .type = type_of(path),
	        .forever = strncmp(path, "/assets/", strlen("/assets/")) == 0};
	snprintf(f->etag, sizeof(f->etag), "\"%.*s\"", ETAG_HASH, hex);
	f->plain = make_response(f, &body, false);
	f->unchanged = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	assert(f->unchanged);
	add_headers(f->unchanged, f);
	if (access(gz, R_OK) == 0 && buf_read_file(&packed, gz, MAX_FILE, &err) == 0)
		f->gzip = make_response(f, &packed, true);
	w->n++;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct web_file *)a)->path, ((const struct web_file *)b)->path);
}

static void load_folder(struct web *w, char *folder)
{
	char *const roots[] = {folder, NULL};
	size_t skip = strlen(folder);
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	if (!walk)
		return;
	for (FTSENT *e = fts_read(walk); e && w->n < MAX_FILES; e = fts_read(walk)) {
		const char *dot = strrchr(e->fts_name, '.');

		if (e->fts_info == FTS_F && !(dot && strcmp(dot, ".gz") == 0))
			load_file(w, e->fts_path + skip, e->fts_path);
	}
	fts_close(walk);
}

struct web *web_load(const struct conf *conf)
{
	struct web *w = xcalloc(1, sizeof(*w));

	w->files = xcalloc(MAX_FILES + 1, sizeof(*w->files));
	load_folder(w, conf->web_dir);
	if (w->n == 0)
		log_warn("web.missing", "web_dir=%s", conf->web_dir);
	qsort(w->files, w->n, sizeof(*w->files), compare);
	return w;
}

void web_free(struct web *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++) {
		MHD_destroy_response(w->files[i].plain);
		MHD_destroy_response(w->files[i].unchanged);
		if (w->files[i].gzip)
			MHD_destroy_response(w->files[i].gzip);
		free(w->files[i].path);
	}
	free(w->files);
	free(w);
}

const struct web_file *web_find(const struct web *w, const char *path)
{
	size_t lo = 0;
	size_t hi = w->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(path, w->files[mid].path);

		if (order == 0)
			return &w->files[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
