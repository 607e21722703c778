/* fetch.c -- one GET by libcurl, bounded in bytes and in time: who answers may be anybody. Only
 * http and https, also after a redirect, and never more than three of these; the login goes to the
 * first host alone. */
#include "admin/fetch.h"

#include <curl/curl.h>

enum { REDIRECTS_MAX = 3, CONNECT_SECONDS = 10, STATUS_OK = 200 };

bool fetch_is_url(const char *word)
{
	return strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0;
}

struct sink {
	struct buf *out;
	size_t room;
	bool full;
};

static size_t receive(char *data, size_t size, size_t n, void *to)
{
	struct sink *s = to;

	if (size * n > s->room) {
		s->full = true;
		return 0; /* which ends the transfer */
	}
	buf_add(s->out, data, size * n);
	s->room -= size * n;
	return size * n;
}

static void set_options(CURL *curl, const struct fetch *f, struct sink *sink)
{
	curl_easy_setopt(curl, CURLOPT_URL, f->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)f->seconds);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "codearena");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
	if (f->login)
		curl_easy_setopt(curl, CURLOPT_USERPWD, f->login);
}

int fetch_url(const struct fetch *f, struct buf *out, struct err *err)
{
	struct sink sink = {out, f->max_bytes, false};
	CURL *curl = curl_easy_init();
	CURLcode done = CURLE_FAILED_INIT;
	long status = 0;

	if (curl) {
		set_options(curl, f, &sink);
		done = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_cleanup(curl);
	}
	if (sink.full)
		return err_set(
		        err, ERR_INPUT, "%.120s: longer than %zu MiB", f->url, f->max_bytes >> 20);
	if (done == CURLE_OPERATION_TIMEDOUT && status == STATUS_OK)
		return err_set(err, ERR_INPUT,
		        "%.120s does not end within %d s (a feed that is still written may need "
		        "?stream=false)",
		        f->url, f->seconds);
	if (done != CURLE_OK)
		return err_set(err, ERR_INPUT, "%.120s: %s", f->url, curl_easy_strerror(done));
	if (status != STATUS_OK)
		return err_set(err, ERR_INPUT, "%.120s: answered with %ld", f->url, status);
	return 0;
}
