/* artifacts.c -- see artifacts.h. Each program is a sealed memfd of the judge's own (a copy: the
 * memory of the original is charged to the container that made it). What must stay true: what the
 * entries hold together is `bytes`, at most `max_bytes`, in at most MAX_PROGRAMS descriptors. */
#include "judge/artifacts.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <pthread.h>

enum { MAX_PROGRAMS = 256, MAX_VERSIONS = LANGUAGE_MAX_ROWS, VERSION_SIZE = 200 };

struct program {
	char key[ARTIFACTS_KEY_SIZE];
	unsigned char hash[HASH_SIZE];
	int fd;
	int64_t bytes;
	uint64_t used; /* the larger, the later */
};

struct artifacts {
	int64_t max_bytes;
	pthread_mutex_t lock; /* guards the rest */
	struct program programs[MAX_PROGRAMS];
	size_t n;
	int64_t bytes;
	uint64_t clock;
	int64_t hits, misses;
	struct {
		const char *language;
		char text[VERSION_SIZE];
	} versions[MAX_VERSIONS];
	size_t nversions;
};

struct artifacts *artifacts_new(int64_t max_bytes)
{
	struct artifacts *a;

	if (max_bytes <= 0)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->max_bytes = max_bytes;
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void artifacts_free(struct artifacts *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++)
		close(a->programs[i].fd);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void artifacts_set_version(struct artifacts *a, const struct language *l, const char *version)
{
	size_t i = 0;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	while (i < a->nversions && strcmp(a->versions[i].language, l->id) != 0)
		i++;
	if (i < MAX_VERSIONS) {
		a->versions[i].language = l->id;
		snprintf(a->versions[i].text, VERSION_SIZE, "%s", version);
		a->nversions += i == a->nversions;
	}
	pthread_mutex_unlock(&a->lock);
}

/* Names. */

/* A length before each text, so that no two lists of texts look alike. */
static void add_text(struct buf *b, const void *text, size_t len)
{
	buf_addf(b, "%zu:", len);
	buf_add(b, text, len);
}

static void add_version(struct artifacts *a, const struct language *l, struct buf *b)
{
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < a->nversions; i++)
		if (strcmp(a->versions[i].language, l->id) == 0)
			add_text(b, a->versions[i].text, strlen(a->versions[i].text));
	pthread_mutex_unlock(&a->lock);
}

void artifacts_key(
        struct artifacts *a, const struct artifacts_program *p, char key[ARTIFACTS_KEY_SIZE])
{
	const struct language *l = p->language;
	auto_buf struct buf b = {0};
	unsigned char hash[HASH_SIZE];

	key[0] = 0;
	if (!a)
		return;
	add_text(&b, p->owner, strlen(p->owner));
	add_text(&b, l->id, strlen(l->id));
	add_text(&b, p->root, strlen(p->root));
	add_text(&b, p->entry, strlen(p->entry));
	buf_addf(&b, "%zu %zu %zu ", l->ncompile, l->nenv, p->nfiles);
	for (size_t i = 0; i < l->ncompile; i++)
		add_text(&b, l->compile[i], strlen(l->compile[i]));
	for (size_t i = 0; i < l->nenv; i++)
		add_text(&b, l->env[i], strlen(l->env[i]));
	for (size_t i = 0; i < p->nfiles; i++) {
		add_text(&b, p->files[i].name, strlen(p->files[i].name));
		add_text(&b, p->files[i].data, p->files[i].len);
	}
	add_version(a, l, &b);
	hash_sha256(b.data, b.len, hash);
	hash_hex(hash, key);
}

/* With the lock held. */

static struct program *find(struct artifacts *a, const char *key)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->programs[i].key, key) == 0)
			return &a->programs[i];
	return NULL;
}

static void drop(struct artifacts *a, struct program *p)
{
	close(p->fd);
	a->bytes -= p->bytes;
	*p = a->programs[--a->n];
}

static void drop_oldest(struct artifacts *a)
{
	struct program *oldest = &a->programs[0];

	for (size_t i = 1; i < a->n; i++)
		if (a->programs[i].used < oldest->used)
			oldest = &a->programs[i];
	drop(a, oldest);
}

static void keep(struct artifacts *a, const struct program *p)
{
	while (a->n == MAX_PROGRAMS || (a->n > 0 && a->bytes + p->bytes > a->max_bytes))
		drop_oldest(a);
	a->programs[a->n] = *p;
	a->programs[a->n++].used = ++a->clock;
	a->bytes += p->bytes;
}

/* Without. */

static int hash_file(int fd, int64_t bytes, unsigned char out[HASH_SIZE])
{
	void *data = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);

	if (data == MAP_FAILED)
		return -1;
	hash_sha256(data, (size_t)bytes, out);
	munmap(data, (size_t)bytes);
	return 0;
}

/* Is it still what was put? The original is hashed, so a bad copy is found too. */
static int check(const struct program *p, int fd)
{
	unsigned char hash[HASH_SIZE];
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size != p->bytes || hash_file(fd, p->bytes, hash) < 0)
		return -1;
	return memcmp(hash, p->hash, HASH_SIZE) == 0 ? 0 : -1;
}

static int take_out(struct artifacts *a, const char *key, struct program *out)
{
	struct program *p;
	int fd = -1;

	pthread_mutex_lock(&a->lock);
	p = find(a, key);
	if (p) {
		p->used = ++a->clock;
		*out = *p;
		fd = fcntl(p->fd, F_DUPFD_CLOEXEC, 0);
	}
	pthread_mutex_unlock(&a->lock);
	return fd;
}

static void forget(struct artifacts *a, const char *key)
{
	struct program *p;

	log_error("artifact.spoiled", "key=%.16s", key);
	pthread_mutex_lock(&a->lock);
	p = find(a, key);
	if (p)
		drop(a, p);
	pthread_mutex_unlock(&a->lock);
}

int artifacts_get(struct artifacts *a, const char *key)
{
	auto_close int fd = -1;
	struct program p;

	if (!a || !key[0])
		return -1;
	fd = take_out(a, key, &p);
	if (fd >= 0 && check(&p, fd) < 0) {
		forget(a, key);
		close(steal_fd(&fd));
	}
	pthread_mutex_lock(&a->lock);
	a->hits += fd >= 0;
	a->misses += fd < 0;
	pthread_mutex_unlock(&a->lock);
	return steal_fd(&fd);
}

static int copy(int from, off_t len)
{
	const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
	auto_close int fd = memfd_create("artifact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	off_t at = 0;

	while (fd >= 0 && at < len && sendfile(fd, from, &at, (size_t)(len - at)) > 0)
		;
	if (fd < 0 || at != len || fcntl(fd, F_ADD_SEALS, seals) < 0)
		return -1;
	return steal_fd(&fd);
}

void artifacts_put(struct artifacts *a, const char *key, int artifact_fd)
{
	struct program p = {.fd = -1};
	struct stat st;

	if (!a || !key[0] || fstat(artifact_fd, &st) < 0 || st.st_size <= 0 ||
	        st.st_size > a->max_bytes)
		return;
	p.bytes = st.st_size;
	snprintf(p.key, sizeof(p.key), "%s", key);
	if (hash_file(artifact_fd, p.bytes, p.hash) == 0)
		p.fd = copy(artifact_fd, st.st_size);
	if (p.fd < 0)
		return; /* no memory: it is compiled again the next time */
	pthread_mutex_lock(&a->lock);
	if (find(a, key))
		close(p.fd);
	else
		keep(a, &p);
	pthread_mutex_unlock(&a->lock);
}

struct artifacts_counts artifacts_count(struct artifacts *a)
{
	struct artifacts_counts c = {0};

	if (!a)
		return c;
	pthread_mutex_lock(&a->lock);
	c = (struct artifacts_counts){a->hits, a->misses, (int64_t)a->n, a->bytes};
	pthread_mutex_unlock(&a->lock);
	return c;
}
