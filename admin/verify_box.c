/* verify_box.c -- the sandbox for `problem verify`: slots of a box that runs already (of --box, or
 * of this host's settings), or a box of our own, with an instance name, folder and uids that no
 * other one has. Our own needs root, ends with us, and takes its folder along. */
#include "admin/verify.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/proc.h"

#include <bsd/string.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	OPEN_MS = 20000,
	START_MS = 30000,
	STOP_MS = 20000,
	NAP_NS = 20000000,
	UID_BASE = 0x30000000,
	UID_STEP = 0x100000,
	UID_SLOTS = 1024,
};

static void nap(void)
{
	const struct timespec t = {.tv_nsec = NAP_NS};

	(void)nanosleep(&t, NULL);
}

/* The folder of this program. */
static void own_folder(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	out[n > 0 ? n : 0] = 0;
	slash = strrchr(out, '/');
	if (slash)
		*slash = 0;
}

int verify_find_languages(
        const struct admin *admin, const char *wanted, char out[PATH_MAX], struct err *err)
{
	char self[PATH_MAX];
	/* as given, of the settings, as installed, of a tree that was built in, of this folder */
	const char *const places[] = {wanted, admin->conf.language_file, "/../judge/languages.yaml",
	        "/../../judge/languages.yaml", "judge/languages.yaml"};

	own_folder(self);
	for (size_t i = 0; i < ARRAY_LEN(places) && !(wanted && i > 0); i++) {
		bool beside = places[i] && strncmp(places[i], "/../", 4) == 0;

		if (!places[i])
			continue;
		snprintf(out, PATH_MAX, "%.3000s%s", beside ? self : "", places[i]);
		if (access(out, R_OK) == 0)
			return 0;
	}
	return err_set(err, ERR_INPUT, "no language table: use --languages FILE");
}

static void close_all(struct verify_box *b)
{
	for (size_t i = 0; i < b->n; i++)
		box_close(b->boxes[i]);
	b->n = 0;
}

static int open_slot(const struct verify_box *b, size_t i, struct box **out, struct err *err)
{
	char name[BOX_NAME_SIZE];

	snprintf(name, sizeof(name), "verify-%d-%zu", (int)getpid(), i);
	return box_open(b->socket, name, OPEN_MS, out, err);
}

/* 0 when at least one slot is ours. */
static int open_slots(struct verify_box *b, size_t wanted, struct err *err)
{
	while (b->n < wanted && b->n < VERIFY_MAX_SLOTS) {
		if (open_slot(b, b->n, &b->boxes[b->n], err) < 0)
			return b->n > 0 ? 0 : err_result(err);
		b->n++;
	}
	return 0;
}

int verify_box_again(struct verify_box *b, size_t slot, struct err *err)
{
	box_close(b->boxes[slot]);
	b->boxes[slot] = NULL;
	return open_slot(b, slot, &b->boxes[slot], err);
}

/* A box of our own. */

/* conf: its runtime and root, as far as there are settings. */
static int write_settings(const struct verify_box *b, size_t slots, const char *languages,
        const struct conf *conf, struct err *err)
{
	char path[PATH_MAX], full[PATH_MAX], self[PATH_MAX];
	auto_file FILE *f = NULL;
	long long uids = UID_BASE + (long long)(getpid() % UID_SLOTS) * UID_STEP;

	if (!realpath(languages, full))
		return err_set(err, ERR_INPUT, "%s: %s", languages, strerrordesc_np(errno));
	own_folder(self);
	snprintf(path, sizeof(path), "%s/box.conf", b->folder);
	f = fopen(path, "we");
	if (!f)
		return err_set(err, ERR_BUSY, "%s: %s", path, strerrordesc_np(errno));
	fprintf(f,
	        "instance = verify%d\ndata_dir = %s\nprefix = %.3000s/..\nbox_socket = %s\n"
	        "language_file = %s\nslots = %zu\nuid_base = %lld\n",
	        (int)getpid(), b->folder, self, b->socket, full, slots, uids);
	if (conf->runtime)
		fprintf(f, "runtime = %s\nroot = %s\n", conf->runtime, conf->root);
	return 0;
}

static int spawn(struct verify_box *b, struct err *err)
{
	char program[PATH_MAX], conf[PATH_MAX], log[PATH_MAX], self[PATH_MAX];
	const char *argv[] = {program, "--config", conf, NULL};
	struct proc_fds fds = {.stdin_fd = -1, .stdout_fd = -1, .extra_fd = -1};
	auto_close int out = -1;

	own_folder(self);
	snprintf(program, sizeof(program), "%.3000s/codearena-box", self);
	snprintf(conf, sizeof(conf), "%s/box.conf", b->folder);
	snprintf(log, sizeof(log), "%s/box.log", b->folder);
	out = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	fds.stdout_fd = fds.stderr_fd = out;
	return proc_spawn(argv, NULL, &fds, &b->pid, err);
}

/* The last line of its log. */
static int box_failed(const struct verify_box *b, struct err *err)
{
	auto_buf struct buf text = {0};
	char log[PATH_MAX];
	struct err ignored = {0};
	char *line;

	snprintf(log, sizeof(log), "%s/box.log", b->folder);
	if (buf_read_file(&text, log, 1 << 16, &ignored) < 0 || text.len == 0)
		return err_set(err, ERR_BUSY, "codearena-box does not start");
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = 0;
	line = strrchr(text.data, '\n');
	return err_set(
	        err, ERR_BUSY, "codearena-box does not start: %.300s", line ? line + 1 : text.data);
}

static int start_own(struct verify_box *b, size_t slots, const char *languages,
        const struct conf *conf, struct err *err)
{
	int64_t until = clock_mono_ms() + START_MS;

	if (geteuid() != 0)
		return err_set(err, ERR_DENIED,
		        "no box gives a slot, and only root can start one: sudo, or --box SOCKET");
	strlcpy(b->folder, "/tmp/codearena-verify-XXXXXX", sizeof(b->folder));
	if (!mkdtemp(b->folder))
		return err_set(err, ERR_BUSY, "%s: %s", b->folder, strerrordesc_np(errno));
	snprintf(b->socket, sizeof(b->socket), "%s/box.sock", b->folder);
	if (write_settings(b, slots, languages, conf, err) < 0 || spawn(b, err) < 0)
		return err_result(err);
	/* The socket is there a moment before box listens. */
	while (open_slots(b, slots, err) < 0) {
		int status;

		if (waitpid(b->pid, &status, WNOHANG) == b->pid) {
			b->pid = 0;
			return box_failed(b, err);
		}
		if (clock_mono_ms() > until)
			return box_failed(b, err);
		nap();
	}
	return 0;
}

int verify_box_open(struct verify_box *b, const struct admin *admin, const struct verify_wish *w,
        struct err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t slots = w->slots > 0 ? (size_t)w->slots : cores > 0 ? (size_t)cores : 1;
	const char *running = w->socket ? w->socket : admin->conf.box_socket;
	struct err mine = {0};

	if (running && strlen(running) < sizeof(b->socket)) {
		strlcpy(b->socket, running, sizeof(b->socket));
		if (open_slots(b, slots, &mine) == 0)
			return 0;
	}
	if (w->socket) {
		*err = mine;
		return err_result(err);
	}
	if (start_own(b, slots, w->languages, &admin->conf, err) == 0)
		return 0;
	verify_box_close(b);
	return err_result(err);
}

static void stop_own(struct verify_box *b)
{
	int64_t until = clock_mono_ms() + STOP_MS;
	int status;

	(void)kill(b->pid, SIGTERM);
	while (waitpid(b->pid, &status, WNOHANG) == 0) {
		if (clock_mono_ms() > until)
			(void)kill(b->pid, SIGKILL);
		nap();
	}
	b->pid = 0;
}

void verify_box_close(struct verify_box *b)
{
	const char *argv[] = {"rm", "-rf", "--", b->folder, NULL};
	struct err ignored = {0};

	close_all(b);
	if (b->pid > 0)
		stop_own(b);
	if (b->folder[0])
		(void)proc_run(argv, STOP_MS, NULL, &ignored);
	b->folder[0] = 0;
}
