/* web.h -- the built pages, read at the start and served from memory: nothing on a request's way
 * opens a file, so no path can lead out of the folder. */
#ifndef API_WEB_H
#define API_WEB_H
#include "base/conf.h"

#include <microhttpd.h>

struct web;
/* Reads web_dir. A missing folder is a warning. */
struct web *web_load(const struct conf *conf);
void web_free(struct web *w);

struct web_file {
	char *path; /* "/assets/app-1a2b.js" */
	const char *type;
	char etag[40];
	bool forever;                                  /* its name has a hash of its content */
	struct MHD_Response *plain, *gzip, *unchanged; /* gzip: NULL when there is no .gz */
};
/* NULL: no such file. */
const struct web_file *web_find(const struct web *w, const char *path);
#endif
