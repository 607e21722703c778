/* runc.c -- see runc.h. Never `runc exec`: after untrusted code has run, nothing of the runtime
 * enters the container again. */
#include "judge/runc.h"

#include "base/buf.h"
#include "base/proc.h"

#include <dirent.h>
#include <fcntl.h>

enum { SHORT_MS = 10000, HELP_MS = 60000, MAX_LOG = 64 << 10 };

void runc_id(const struct runc *r, unsigned index, char out[RUNC_ID_SIZE])
{
	snprintf(out, RUNC_ID_SIZE, "%s-%u", r->instance, index);
}

static bool hands_descriptors(const char *command)
{
	const char *const argv[] = {command, "run", "--help", NULL};
	auto_free char *help = NULL;
	struct err ignored = {0};

	return proc_run(argv, HELP_MS, &help, &ignored) == 0 && strstr(help, "preserve-fds");
}

static int set_unfit(const char *command, struct err *err)
{
	return err_set(err, ERR_INPUT,
	        "OCI runtime %s hands no descriptors to a container (run --preserve-fds)", command);
}

int runc_check(const char *command, char **version, struct err *err)
{
	const char *const argv[] = {command, "--version", NULL};
	int code = proc_run(argv, SHORT_MS, version, err);

	if (code < 0)
		return err_wrap(err, "OCI runtime %s", command);
	(*version)[strcspn(*version, "\n")] = 0;
	return hands_descriptors(command) ? 0 : set_unfit(command, err);
}

int runc_start(const struct runc *r, const struct runc_new *n, pid_t *pid, struct err *err)
{
	char id[RUNC_ID_SIZE], pid_file[RUNC_PATH_SIZE], log[RUNC_PATH_SIZE];
	const char *const argv[] = {r->command, "--root", r->state, "run", "--detach",
	        "--preserve-fds", "1", "--pid-file", pid_file, "--bundle", n->dir, id, NULL};
	auto_close int log_fd = -1;
	auto_close int nothing = -1;
	int ends[2];

	if (r->unfit)
		return set_unfit(r->command, err);
	runc_id(r, n->index, id);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", n->dir);
	snprintf(log, sizeof(log), "%s/log", n->dir);
	(void)unlink(pid_file);
	log_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return err_set(err, ERR_BUSY, "%s: %s", log, strerrordesc_np(errno));
	/* a pipe without a writer, not /dev/null: crun makes what it finds there the container's */
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(err, ERR_BUSY, "pipe: %s", strerrordesc_np(errno));
	nothing = ends[0];
	close(ends[1]);
	return proc_spawn(
	        argv, NULL, &(struct proc_fds){nothing, log_fd, log_fd, n->agent_fd}, pid, err);
}

int runc_delete(const struct runc *r, unsigned index, pid_t *pid, struct err *err)
{
	char id[RUNC_ID_SIZE];
	const char *const argv[] = {r->command, "--root", r->state, "delete", "--force", id, NULL};

	runc_id(r, index, id);
	return proc_spawn(argv, NULL, &(struct proc_fds){-1, -1, -1, -1}, pid, err);
}

int runc_delete_all(const struct runc *r, struct err *err)
{
	DIR *d = opendir(r->state);
	const struct dirent *e;
	int code = 0;

	while (d && (e = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
		const char *const argv[] = {
		        r->command, "--root", r->state, "delete", "--force", e->d_name, NULL};

		if (e->d_name[0] == '.')
			continue;
		if (proc_run(argv, SHORT_MS, NULL, err) < 0)
			code = err_wrap(err, "delete old container %s", e->d_name);
	}
	if (d)
		closedir(d);
	return code;
}

static void read_text(const char *dir, const char *name, struct buf *b)
{
	char path[RUNC_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (buf_read_file(b, path, MAX_LOG, &(struct err){0}) < 0)
		buf_clear(b);
}

pid_t runc_read_pid(const char *dir)
{
	auto_buf struct buf b = {0};
	long pid;

	read_text(dir, "pid", &b);
	pid = b.len ? strtol(b.data, NULL, 10) : -1;
	return pid > 1 ? (pid_t)pid : -1;
}

void runc_read_log(const char *dir, char *out, size_t size)
{
	auto_buf struct buf b = {0};
	const char *last;

	read_text(dir, "log", &b);
	while (b.len && b.data[b.len - 1] == '\n')
		b.data[--b.len] = 0;
	last = b.len ? strrchr(b.data, '\n') : NULL;
	snprintf(out, size, "%s", last ? last + 1 : b.len ? b.data : "it said nothing");
}
