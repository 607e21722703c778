/* cgroup.c -- see cgroup.h. Kernel documents: admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst. */
#include "judge/cgroup.h"

#include "base/buf.h"
#include "base/clock.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>

enum {
	MAX_MOUNTINFO = 1 << 20,
	REMOVE_TRIES = 50, /* x 20 ms: a killed process needs a while to leave its cgroup */
	REMOVE_PAUSE_NS = 20000000,
	MAX_DEPTH = 6,
	/* A step killed at its limit has its peak there, less what one fault asked for. */
	NEAR_LIMIT = 1 << 20,
	WEIGHT = 2, /* ordinary processes, on each processor */
	WEIGHT_V1 = 1024,
	MAX_WEIGHT_V1 = 1 << 18,
	WEIGHT_V2 = 100,
	MAX_WEIGHT_V2 = 10000,
};

static const char v2_controllers[] = "+memory +pids +cpu";

const char *cgroup_mode_name(enum cgroup_mode mode)
{
	switch (mode) {
	case CGROUP_V1:
		return "v1";
	case CGROUP_V2:
		return "v2";
	case CGROUP_HYBRID:
		return "hybrid";
	}
	return "unknown";
}

/* Finding the hierarchies. */

static bool has_option(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = options; *p;) {
		size_t len = strcspn(p, ",");

		if (len == n && strncmp(p, word, n) == 0)
			return true;
		p += len;
		p += *p == ',';
	}
	return false;
}

struct mount {
	char point[CGROUP_PATH_SIZE];
	char type[32];
	char options[256];
};

/* One line of proc(5) mountinfo; the optional fields end with " - ". */
static bool parse_mount(const char *line, struct mount *m)
{
	const char *rest = strstr(line, " - ");

	if (!rest || sscanf(line, "%*s %*s %*s %*s %255s", m->point) != 1)
		return false;
	return sscanf(rest, " - %31s %*s %255s", m->type, m->options) == 2;
}

static void copy_path(char out[CGROUP_PATH_SIZE], const char *path)
{
	snprintf(out, CGROUP_PATH_SIZE, "%s", path);
}

static void add_v1(struct cgroup_host *h, const struct mount *m)
{
	if (has_option(m->options, "memory"))
		copy_path(h->memory, m->point);
	if (has_option(m->options, "pids"))
		copy_path(h->pids, m->point);
	if (has_option(m->options, "cpuacct"))
		copy_path(h->cpu, m->point);
	if (has_option(m->options, "cpu"))
		copy_path(h->weight, m->point);
}

static int check_mode(struct cgroup_host *h, bool v1, const char *v2, struct err *err)
{
	if (!v1 && *v2) {
		h->mode = CGROUP_V2;
		copy_path(h->memory, v2);
		copy_path(h->pids, v2);
		copy_path(h->cpu, v2);
		copy_path(h->weight, v2);
		return 0;
	}
	h->mode = *v2 ? CGROUP_HYBRID : CGROUP_V1;
	if (!*h->memory || !*h->pids || !*h->cpu)
		return err_set(err, ERR_BUSY, "cgroups: no %s controller is mounted",
		        !*h->memory ? "memory"
		        : !*h->pids ? "pids"
		                    : "cpuacct");
	return 0;
}

int cgroup_parse_mounts(struct cgroup_host *h, const char *mountinfo, struct err *err)
{
	char v2[CGROUP_PATH_SIZE] = "";
	bool v1 = false;

	for (const char *line = mountinfo; *line;) {
		size_t len = strcspn(line, "\n");
		char text[1024];
		struct mount m;

		snprintf(text, sizeof(text), "%.*s", (int)len, line);
		line += len;
		line += *line == '\n';
		if (!parse_mount(text, &m) || strncmp(m.type, "cgroup", 6) != 0)
			continue;
		if (h->nall < CGROUP_MAX_HIERARCHIES)
			copy_path(h->all[h->nall++], m.point);
		if (strcmp(m.type, "cgroup2") == 0)
			copy_path(v2, m.point);
		else
			add_v1(h, &m);
		/* a named v1 hierarchy alone (systemd's) does not make the machine v1 */
		v1 |= strcmp(m.type, "cgroup") == 0 && !strstr(m.options, "name=");
	}
	return check_mode(h, v1, v2, err);
}

int cgroup_detect(struct cgroup_host *h, const char *instance, struct err *err)
{
	auto_buf struct buf b = {0};
	int r;

	memset(h, 0, sizeof(*h));
	snprintf(h->instance, sizeof(h->instance), "%s", instance);
	r = buf_read_file(&b, "/proc/self/mountinfo", MAX_MOUNTINFO, err);
	return r < 0 ? r : cgroup_parse_mounts(h, b.data, err);
}

/* Removing. */

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){.tv_nsec = REMOVE_PAUSE_NS}, NULL);
}

static void kill_members(const char *path)
{
	char name[CGROUP_PATH_SIZE + 32], line[32];
	auto_file FILE *f = NULL;

	snprintf(name, sizeof(name), "%s/cgroup.procs", path);
	f = fopen(name, "re");
	while (f && fgets(line, sizeof(line), f)) {
		long pid = strtol(line, NULL, 10);

		if (pid > 1)
			kill((pid_t)pid, SIGKILL);
	}
}

/* The deepest, first folder below path (or path itself), into out: what can be removed next. */
static void find_leaf(const char *path, char out[CGROUP_PATH_SIZE])
{
	bool deeper = true;

	copy_path(out, path);
	for (int depth = 0; deeper && depth < MAX_DEPTH; depth++) {
		DIR *d = opendir(out);
		const struct dirent *e;

		deeper = false;
		while (d && !deeper &&
		        (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
			size_t n = strlen(out);

			if (e->d_type != DT_DIR || e->d_name[0] == '.')
				continue;
			if (n + strlen(e->d_name) + 2 > CGROUP_PATH_SIZE)
				continue;
			snprintf(out + n, CGROUP_PATH_SIZE - n, "/%s", e->d_name);
			deeper = true;
		}
		if (d)
			closedir(d);
	}
}

static void remove_tree(const char *path)
{
	char leaf[CGROUP_PATH_SIZE];

	for (int tries = 0; tries < REMOVE_TRIES && access(path, F_OK) == 0;) {
		find_leaf(path, leaf);
		if (rmdir(leaf) == 0)
			continue;
		kill_members(leaf);
		pause_a_little();
		tries++;
	}
}

void cgroup_remove_all(const struct cgroup_host *h)
{
	char path[CGROUP_PATH_SIZE];

	for (size_t i = 0; i < h->nall; i++) {
		snprintf(path, sizeof(path), "%s/codearena/%s", h->all[i], h->instance);
		remove_tree(path);
		snprintf(path, sizeof(path), "%s/codearena", h->all[i]);
		(void)rmdir(path); /* stays while another instance has something there */
	}
}

void cgroup_cell_path(const struct cgroup_host *h, unsigned index, char out[CGROUP_PATH_SIZE])
{
	snprintf(out, CGROUP_PATH_SIZE, "/codearena/%s/%u", h->instance, index);
}

void cgroup_remove_cell(const struct cgroup_host *h, unsigned index)
{
	char path[CGROUP_PATH_SIZE], cell[CGROUP_PATH_SIZE];

	cgroup_cell_path(h, index, cell);
	for (size_t i = 0; i < h->nall; i++) {
		snprintf(path, sizeof(path), "%s%s", h->all[i], cell);
		remove_tree(path);
	}
}

/* Files. */

static int open_file(const char *dir, const char *name, int flags, int *out, struct err *err)
{
	char path[CGROUP_PATH_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	*out = open(path, flags | O_CLOEXEC);
	if (*out < 0)
		return err_set(err, ERR_BUSY, "cgroups: %s: %s", path, strerrordesc_np(errno));
	return 0;
}

static int write_fd(int fd, const char *what, const char *text, struct err *err)
{
	ssize_t n = write(fd, text, strlen(text));

	if (n != (ssize_t)strlen(text))
		return err_set(err, ERR_BUSY, "cgroups: write %s to %s: %s", text, what,
		        strerrordesc_np(errno));
	return 0;
}

static int write_file(const char *dir, const char *name, const char *text, struct err *err)
{
	auto_close int fd = -1;
	int r = open_file(dir, name, O_WRONLY, &fd, err);

	return r < 0 ? r : write_fd(fd, name, text, err);
}

static int write_number(int fd, const char *what, int64_t v, struct err *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	return write_fd(fd, what, text, err);
}

/* The number behind `key` in a file of "key number" lines; key "" : the file is a number. */
static int64_t read_key(int fd, const char *key)
{
	char text[1024];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	size_t len = strlen(key);

	if (n <= 0)
		return -1;
	text[n] = 0;
	if (len == 0)
		return strtoll(text, NULL, 10);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return strtoll(line + len + 1, NULL, 10);
	}
	return -1;
}

static int make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_set(
		        err, ERR_BUSY, "cgroups: mkdir %s: %s", path, strerrordesc_np(errno));
	return 0;
}

int cgroup_weigh(const struct cgroup_host *h, size_t ncpus, struct err *err)
{
	const bool v2 = h->mode == CGROUP_V2;
	const size_t each = v2 ? WEIGHT_V2 : WEIGHT_V1, most = v2 ? MAX_WEIGHT_V2 : MAX_WEIGHT_V1;
	const size_t weight = WEIGHT * each * ncpus;
	char path[CGROUP_PATH_SIZE + 96], text[32];
	int r;

	if (!*h->weight)
		return err_set(err, ERR_BUSY, "cgroups: no cpu controller is mounted");
	if (v2) /* refused where a manager of the machine has done so already, and keeps it */
		(void)write_file(h->weight, "cgroup.subtree_control", "+cpu", &(struct err){0});
	snprintf(path, sizeof(path), "%s/codearena", h->weight);
	snprintf(text, sizeof(text), "%zu", weight < most ? weight : most);
	r = make_folder(path, err);
	if (r == 0)
		r = write_file(path, v2 ? "cpu.weight" : "cpu.shares", text, err);
	if (r < 0)
		return r;
	/* another instance that ends removes the folder above if it is empty */
	snprintf(path, sizeof(path), "%s/codearena/%s", h->weight, h->instance);
	return make_folder(path, err);
}

static void cell_folder(const struct cgroup_cell *c, const char *mount, char out[CGROUP_PATH_SIZE])
{
	char cell[CGROUP_PATH_SIZE];

	cgroup_cell_path(c->host, c->index, cell);
	snprintf(out, CGROUP_PATH_SIZE, "%s%s", mount, cell);
}

static void step_clear(struct cgroup_step *s)
{
	*s = (struct cgroup_step){.into = -1,
	        .limit = -1,
	        .swap = -1,
	        .peak = -1,
	        .oom = -1,
	        .cpu = -1,
	        .pids = -1,
	        .pids_max = -1};
}

static void close_step_files(const struct cgroup_step *s)
{
	const int own[] = {s->into, s->limit, s->swap, s->peak, s->oom};
	const int others[] = {s->cpu, s->pids, s->pids_max};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (own[i] >= 0)
			close(own[i]);
	for (size_t i = 0; i < ARRAY_LEN(others) && !s->borrows; i++)
		if (others[i] >= 0)
			close(others[i]);
	for (size_t i = 0; i < s->njoin; i++)
		if (i == 0 || !s->borrows)
			close(s->join[i]);
}

bool cgroup_step_end(struct cgroup_step *s)
{
	bool empty = true;

	if (!*s->path)
		return true;
	close_step_files(s);
	if (rmdir(s->path) < 0) {
		empty = errno != EBUSY;
		remove_tree(s->path);
	}
	step_clear(s);
	return empty;
}

/* v2: processes may live only in leaves, so the agent moves to one; then the controllers can be
 * handed down. `cgroup.procs` of the common ancestor must be the container root's for clone3. */
static int open_cell_v2(const struct cgroup_cell *c, pid_t pid, struct err *err)
{
	char cell[CGROUP_PATH_SIZE], path[CGROUP_PATH_SIZE + 16], text[32];
	int r;

	cell_folder(c, c->host->memory, cell);
	snprintf(path, sizeof(path), "%s/agent", cell);
	snprintf(text, sizeof(text), "%ld", (long)pid);
	r = make_folder(path, err);
	if (r == 0)
		r = write_file(path, "cgroup.procs", text, err);
	if (r == 0)
		r = write_file(cell, "cgroup.subtree_control", v2_controllers, err);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/cgroup.procs", cell);
	if (chown(path, c->root_uid, c->root_uid) < 0)
		return err_set(
		        err, ERR_BUSY, "cgroups: chown %s: %s", path, strerrordesc_np(errno));
	return 0;
}

/* Adds the file to those that a step joins. */
static int open_join(struct cgroup_step *s, const char *dir, const char *name, struct err *err)
{
	int r = open_file(dir, name, O_WRONLY, &s->join[s->njoin], err);

	s->njoin += r == 0;
	return r;
}

/* The two cgroups in which a container's steps follow each other. */
static int open_cell_v1(struct cgroup_cell *c, struct err *err)
{
	struct cgroup_step *s = &c->shared;
	char cpu[CGROUP_PATH_SIZE], pids[CGROUP_PATH_SIZE];
	size_t n;
	int r;

	cell_folder(c, c->host->cpu, cpu);
	cell_folder(c, c->host->pids, pids);
	n = strlen(cpu);
	snprintf(cpu + n, sizeof(cpu) - n, "/step");
	n = strlen(pids);
	snprintf(pids + n, sizeof(pids) - n, "/step");
	if ((r = make_folder(cpu, err)) < 0 || (r = make_folder(pids, err)) < 0 ||
	        (r = open_join(s, cpu, "tasks", err)) < 0 ||
	        (r = open_join(s, pids, "tasks", err)) < 0 ||
	        (r = open_file(cpu, "cpuacct.usage", O_RDONLY, &s->cpu, err)) < 0 ||
	        (r = open_file(pids, "pids.events", O_RDONLY, &s->pids, err)) < 0)
		return r;
	return open_file(pids, "pids.max", O_WRONLY, &s->pids_max, err);
}

int cgroup_cell_open(struct cgroup_cell *c, pid_t pid, struct err *err)
{
	int r;

	c->count = 0;
	c->open = true;
	step_clear(&c->shared);
	step_clear(&c->next);
	r = c->host->mode == CGROUP_V2 ? open_cell_v2(c, pid, err) : open_cell_v1(c, err);
	return r < 0 ? r : cgroup_step_prepare(c, err);
}

void cgroup_cell_close(struct cgroup_cell *c)
{
	if (c->open) {
		(void)cgroup_step_end(&c->next);
		close_step_files(&c->shared);
	}
	c->open = false;
	c->host = NULL;
}

static int prepare_v1(const struct cgroup_cell *c, struct cgroup_step *s, struct err *err)
{
	const struct cgroup_step *shared = &c->shared;
	int r;

	if ((r = open_join(s, s->path, "tasks", err)) < 0 ||
	        (r = open_file(s->path, "memory.limit_in_bytes", O_WRONLY, &s->limit, err)) < 0 ||
	        (r = open_file(s->path, "memory.max_usage_in_bytes", O_RDONLY, &s->peak, err)) <
	                0 ||
	        (r = open_file(s->path, "memory.oom_control", O_RDONLY, &s->oom, err)) < 0)
		return r;
	/* missing when the kernel does not account swap */
	if (open_file(s->path, "memory.memsw.limit_in_bytes", O_WRONLY, &s->swap,
	            &(struct err){0}) < 0)
		s->swap = -1;
	s->borrows = true;
	for (size_t i = 0; i < shared->njoin; i++)
		s->join[s->njoin++] = shared->join[i];
	s->cpu = shared->cpu;
	s->pids = shared->pids;
	s->pids_max = shared->pids_max;
	return 0;
}

static int prepare_v2(const struct cgroup_cell *c, struct cgroup_step *s, struct err *err)
{
	char procs[CGROUP_PATH_SIZE + 16];
	int r;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", s->path);
	if (chown(procs, c->root_uid, c->root_uid) < 0)
		return err_set(
		        err, ERR_BUSY, "cgroups: chown %s: %s", procs, strerrordesc_np(errno));
	r = write_file(s->path, "memory.oom.group", "1", err);
	if (r < 0)
		return r;
	if ((r = open_join(s, s->path, "cgroup.procs", err)) < 0 ||
	        (r = open_file(s->path, "", O_RDONLY | O_DIRECTORY, &s->into, err)) < 0 ||
	        (r = open_file(s->path, "memory.max", O_WRONLY, &s->limit, err)) < 0 ||
	        (r = open_file(s->path, "memory.events", O_RDONLY, &s->oom, err)) < 0 ||
	        (r = open_file(s->path, "cpu.stat", O_RDONLY, &s->cpu, err)) < 0 ||
	        (r = open_file(s->path, "pids.events", O_RDONLY, &s->pids, err)) < 0)
		return r;
	/* since Linux 5.19; before, what is left at the end is the best there is */
	if (open_file(s->path, "memory.peak", O_RDONLY, &s->peak, err) < 0 &&
	        (r = open_file(s->path, "memory.current", O_RDONLY, &s->peak, err)) < 0)
		return r;
	if (open_file(s->path, "memory.swap.max", O_WRONLY, &s->swap, &(struct err){0}) < 0)
		s->swap = -1;
	return open_file(s->path, "pids.max", O_WRONLY, &s->pids_max, err);
}

int cgroup_step_prepare(struct cgroup_cell *c, struct err *err)
{
	struct cgroup_step s;
	char cell[CGROUP_PATH_SIZE];
	int r;

	if (*c->next.path)
		return 0;
	step_clear(&s);
	cell_folder(c, c->host->memory, cell);
	snprintf(s.path, sizeof(s.path), "%.200s/step-%u", cell, ++c->count);
	r = make_folder(s.path, err);
	if (r < 0)
		return r;
	r = c->host->mode == CGROUP_V2 ? prepare_v2(c, &s, err) : prepare_v1(c, &s, err);
	if (r < 0) {
		(void)cgroup_step_end(&s);
		return r;
	}
	c->next = s;
	return 0;
}

int cgroup_step_begin(struct cgroup_cell *c, int64_t memory_bytes, int64_t pids,
        struct cgroup_step *s, struct err *err)
{
	bool v2 = c->host->mode == CGROUP_V2;
	int r = cgroup_step_prepare(c, err);

	step_clear(s);
	if (r < 0)
		return r;
	if ((r = write_number(c->next.limit, "memory limit", memory_bytes, err)) < 0 ||
	        (r = write_number(c->next.pids_max, "pids limit", pids, err)) < 0)
		return r;
	/* v1 counts memory and swap together, v2 swap alone */
	if (c->next.swap >= 0 &&
	        (r = write_number(c->next.swap, "swap limit", v2 ? 0 : memory_bytes, err)) < 0)
		return r;
	*s = c->next;
	step_clear(&c->next);
	s->memory_limit = memory_bytes;
	s->cpu_base_us = 0;
	s->cpu_base_us = v2 ? 0 : cgroup_step_cpu_us(s);
	s->pids_base = read_key(s->pids, "max");
	return 0;
}

int64_t cgroup_step_cpu_us(const struct cgroup_step *s)
{
	/* v1 counts nanoseconds in a bare number */
	int64_t v = s->into >= 0 ? read_key(s->cpu, "usage_usec") : read_key(s->cpu, "") / 1000;

	return v - s->cpu_base_us;
}

bool cgroup_step_oom(const struct cgroup_step *s)
{
	return read_key(s->oom, "oom_kill") > 0;
}

int cgroup_step_usage(const struct cgroup_step *s, struct cgroup_usage *u, struct err *err)
{
	int64_t kills = read_key(s->oom, "oom_kill");

	u->cpu_us = cgroup_step_cpu_us(s);
	u->peak_bytes = read_key(s->peak, "");
	if (kills < 0 || u->cpu_us < 0 || u->peak_bytes < 0)
		return err_set(err, ERR_BUSY, "cgroups: cannot read the counters of %s", s->path);
	u->oom = kills > 0;
	u->own_limit = u->peak_bytes >= s->memory_limit - NEAR_LIMIT;
	if (s->into >= 0)
		u->own_limit |= read_key(s->oom, "oom") > 0;
	u->pids_denied = read_key(s->pids, "max") > s->pids_base;
	return 0;
}
