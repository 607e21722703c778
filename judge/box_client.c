/* box_client.c -- see box_client.h. Requests are numbered; an answer to an earlier one (its KILL
 * came too late) is thrown away. */
#include "judge/box_client.h"

#include "base/clock.h"
#include "base/mem.h"
#include "judge/archive.h"
#include "judge/box_packet.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <poll.h>

enum {
	MAX_ANSWER_FDS = 4,
	MAX_TEXT_BYTES = 1 << 20, /* more than box ever sends */
	SLACK_MS = 140000,        /* beyond a step's wall limit: waiting for memory, killing */
	LOAD_MS = 120000,
	VERSION_MS = 150000,
	PRECOMPILE_MS = 1000000,
};

#define MIB ((int64_t)1 << 20)

struct box {
	int fd;
	uint32_t serial;
	int64_t deadline_ms; /* of the request at work */
	uint64_t jury_mark;
	struct box_info info;
};

struct answer {
	struct box_reply reply;
	struct packet_fds fds;
};

static int lost(struct err *err, const char *what)
{
	return err_set(
	        err, ERR_BUSY, "box: %s: %s", what, errno ? strerrordesc_np(errno) : "it hung up");
}

static void drop_answer(struct answer *a)
{
	packet_close(&a->fds);
}

static int send_request(
        struct box *b, struct box_request *q, const int *fds, size_t nfds, struct err *err)
{
	q->magic = BOX_MAGIC;
	q->version = BOX_VERSION_NUMBER;
	q->serial = ++b->serial;
	if (packet_send(b->fd, q, sizeof(*q), fds, nfds) < 0)
		return lost(err, "send");
	return 0;
}

static int receive(struct box *b, struct answer *a, struct err *err)
{
	ssize_t n;

	errno = 0;
	a->fds.max = MAX_ANSWER_FDS;
	n = packet_receive(b->fd, &a->reply, sizeof(a->reply), &a->fds);
	if (n != (ssize_t)sizeof(a->reply) || a->reply.magic != BOX_MAGIC ||
	        a->reply.version != BOX_VERSION_NUMBER) {
		drop_answer(a);
		return lost(err, "receive");
	}
	a->reply.result.fault[BOX_FAULT_SIZE - 1] = 0;
	return 0;
}

/* 1: the answer to the request at work; 0: not until the time (CLOCK_MONOTONIC). */
static int await(struct box *b, int64_t until_ms, struct answer *a, struct err *err)
{
	struct pollfd p = {.fd = b->fd, .events = POLLIN};

	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		int n = poll(&p, 1, left < 0 ? 0 : (int)left);

		if (n < 0 && errno != EINTR)
			return lost(err, "poll");
		if (n == 0)
			return 0;
		if (n < 0)
			continue;
		if (receive(b, a, err) < 0)
			return -(int)err->code;
		if (a->reply.serial == b->serial || a->reply.serial == 0)
			return 1;
		drop_answer(a);
	}
}

/* The answer, or 0 when timeout_ms (0: the request's own deadline) is over; REFUSED becomes
 * ERR_INPUT (of a whole connection: ERR_BUSY). */
static int wait_answer(struct box *b, int timeout_ms, struct answer *a, struct err *err)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	int r;

	if (timeout_ms == 0 || until > b->deadline_ms)
		until = b->deadline_ms;
	r = await(b, until, a, err);
	if (r < 0)
		return r;
	if (r == 0 && clock_mono_ms() >= b->deadline_ms)
		return err_set(err, ERR_BUSY, "box: no answer in time");
	if (r == 0)
		return 0;
	if (a->reply.type != BOX_REFUSED)
		return 1;
	drop_answer(a);
	return err_set(
	        err, a->reply.serial == 0 ? ERR_BUSY : ERR_INPUT, "box: %s", a->reply.result.fault);
}

/* A fault of the sandbox is no result. */
static int check_fault(const struct box_result *r, struct err *err)
{
	if (r->end != BOX_END_FAULT)
		return 0;
	return err_set(err, ERR_BUSY, "box: fault: %s", r->fault);
}

static int set_text(char *out, size_t size, const char *text, const char *what, struct err *err)
{
	int n = snprintf(out, size, "%s", text);

	if (n <= 0 || (size_t)n >= size)
		return err_set(
		        err, ERR_INPUT, "box: %s \"%.40s\" is empty or too long", what, text);
	return 0;
}

/* Opening. */

static int connect_to(const char *path, struct err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (set_text(a.sun_path, sizeof(a.sun_path), path, "socket", err) < 0)
		return -(int)err->code;
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_set(err, ERR_BUSY, "box: %s: %s", path, strerrordesc_np(errno));
	return steal_fd(&fd);
}

static int hello(struct box *b, const char *judge_name, int timeout_ms, struct err *err)
{
	struct box_request q = {.type = BOX_HELLO};
	struct answer a;
	int r = set_text(q.entry, sizeof(q.entry), judge_name, "name", err);

	if (r < 0)
		return r;
	b->deadline_ms = clock_mono_ms() + timeout_ms;
	/* a box that is full has said so already and hung up: read on */
	(void)send_request(b, &q, NULL, 0, err);
	r = wait_answer(b, 0, &a, err);
	if (r < 0)
		return r;
	drop_answer(&a);
	b->info = a.reply.info;
	return 0;
}

int box_open(const char *socket_path, const char *judge_name, int timeout_ms, struct box **out,
        struct err *err)
{
	int fd = connect_to(socket_path, err);
	struct box *b;

	if (fd < 0)
		return fd;
	b = xcalloc(1, sizeof(*b));
	b->fd = fd;
	if (hello(b, judge_name, timeout_ms, err) < 0) {
		box_close(b);
		return -(int)err->code;
	}
	*out = b;
	return 0;
}

void box_close(struct box *b)
{
	if (!b)
		return;
	close(b->fd);
	free(b);
}

const struct box_info *box_info(const struct box *b)
{
	return &b->info;
}

int box_fd(const struct box *b)
{
	return b->fd;
}

uint64_t box_jury_mark(const struct box *b)
{
	return b->jury_mark;
}

void box_set_jury_mark(struct box *b, uint64_t mark)
{
	b->jury_mark = mark;
}

/* Memfds. */

static int seal(int fd, struct err *err)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return err_set(err, ERR_BUSY, "seal: %s", strerrordesc_np(errno));
	return 0;
}

static int new_memfd(const char *name, struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_set(err, ERR_BUSY, "memfd: %s", strerrordesc_np(errno));
	return fd;
}

int box_memfd(const void *data, size_t len, struct err *err)
{
	auto_close int fd = new_memfd("input", err);
	int r = fd < 0 ? fd : archive_write(fd, data, len, err);

	if (r == 0)
		r = seal(fd, err);
	return r < 0 ? r : steal_fd(&fd);
}

static int pack_sources(const struct box_compile *c, struct err *err)
{
	const bool executable = strcmp(c->language, BOX_SCRIPT) == 0;
	auto_close int fd = new_memfd("sources", err);
	int r = fd < 0 ? fd : archive_begin(fd, err);

	for (size_t i = 0; r == 0 && i < c->nfiles; i++) {
		r = archive_add(fd, c->files[i].name, executable, c->files[i].len, err);
		if (r == 0)
			r = archive_write(fd, c->files[i].data, c->files[i].len, err);
	}
	if (r == 0)
		r = archive_end(fd, err);
	if (r == 0)
		r = seal(fd, err);
	return r < 0 ? r : steal_fd(&fd);
}

static int map_archive(int fd, const char *what, void **data, size_t *len, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return err_set(err, ERR_BUSY, "box: the %s is none", what);
	*len = (size_t)st.st_size;
	*data = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (*data == MAP_FAILED)
		return err_set(err, ERR_BUSY, "%s: %s", what, strerrordesc_np(errno));
	return 0;
}

static bool is_covered(const char *name, const struct box_source *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return true;
	return false;
}

static int write_file(int fd, const struct box_part *p, const struct box_source *f, bool executable,
        struct err *err)
{
	char name[ARCHIVE_NAME_SIZE];
	int n = snprintf(name, sizeof(name), "%s%s", p->folder, f->name);
	int r;

	if (n < 0 || (size_t)n >= sizeof(name))
		return err_set(err, ERR_BUSY, "artifact: a name is too long: %s", f->name);
	r = archive_add(fd, name, executable, f->len, err);
	return r < 0 ? r : archive_write(fd, f->data, f->len, err);
}

/* What of the program is not covered. */
static int write_program(int fd, const struct box_part *p, struct err *err)
{
	struct archive ar;
	struct archive_entry e;
	void *data;
	size_t len;
	int r = map_archive(p->artifact_fd, "artifact", &data, &len, err);

	if (r < 0)
		return r;
	r = archive_open(&ar, data, len, err);
	while (r == 0 && (r = archive_next(&ar, &e, err)) > 0) {
		const struct box_source f = {e.name, e.data, e.len};

		r = is_covered(e.name, p->files, p->n) ? 0
		                                       : write_file(fd, p, &f, e.executable, err);
	}
	munmap(data, len);
	return r;
}

static int write_part(int fd, const struct box_part *p, struct err *err)
{
	int r = p->artifact_fd >= 0 ? write_program(fd, p, err) : 0;

	for (size_t i = 0; r == 0 && i < p->n; i++)
		r = write_file(fd, p, &p->files[i], p->executable, err);
	return r;
}

int box_artifact_join(const struct box_part *parts, size_t n, struct err *err)
{
	auto_close int fd = new_memfd("artifact", err);
	int r = fd < 0 ? fd : archive_begin(fd, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = write_part(fd, &parts[i], err);
	if (r == 0)
		r = archive_end(fd, err);
	if (r == 0)
		r = seal(fd, err);
	return r < 0 ? r : steal_fd(&fd);
}

int box_artifact_with(int artifact_fd, const struct box_source *files, size_t n, struct err *err)
{
	return box_artifact_join(
	        &(struct box_part){
	                .folder = "", .artifact_fd = artifact_fd, .files = files, .n = n},
	        1, err);
}

/* Compiling. */

struct box_limits box_compile_limits(void)
{
	return (struct box_limits){.cpu_ms = 60000,
	        .wall_ms = 120000,
	        .memory_bytes = 2048 * MIB,
	        .tmp_bytes = 512 * MIB,
	        .file_bytes = 256 * MIB,
	        .pids = 256};
}

int box_compile_start(struct box *b, const struct box_compile *c, struct err *err)
{
	struct box_request q = {.type = BOX_COMPILE,
	        .lane = c->lane,
	        .limits = c->limits ? *c->limits : box_compile_limits()};
	auto_close int fd = -1;
	int r;

	if (c->nfiles == 0 || c->nfiles >= BOX_MAX_FILES)
		return err_set(err, ERR_INPUT, "box: %zu source files", c->nfiles);
	if ((r = set_text(q.language, sizeof(q.language), c->language, "language", err)) < 0 ||
	        (r = set_text(q.entry, sizeof(q.entry), c->entry, "entry point", err)) < 0)
		return r;
	fd = pack_sources(c, err);
	if (fd < 0)
		return fd;
	b->deadline_ms = clock_mono_ms() + q.limits.wall_ms + SLACK_MS;
	return send_request(b, &q, &fd, 1, err);
}

/* What a program said, with a NUL behind it. Caller frees *text. */
static int read_memfd(int fd, char **text, size_t *len, struct err *err)
{
	auto_free char *data = NULL;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size < 0 || st.st_size > MAX_TEXT_BYTES)
		return err_set(err, ERR_BUSY, "box: its output is none");
	data = xcalloc(1, (size_t)st.st_size + 1);
	for (off_t done = 0; done < st.st_size;) {
		ssize_t n = pread(fd, data + done, (size_t)(st.st_size - done), done);

		if (n <= 0)
			return lost(err, "read output");
		done += n;
	}
	*text = steal(&data);
	*len = (size_t)st.st_size;
	return 0;
}

int box_compile_wait(struct box *b, int timeout_ms, struct box_compiled *out, struct err *err)
{
	struct answer a = {0};
	int r = wait_answer(b, timeout_ms, &a, err);

	*out = (struct box_compiled){.artifact_fd = -1};
	if (r <= 0)
		return r;
	out->result = a.reply.result;
	r = check_fault(&out->result, err);
	if (r == 0 && a.fds.n > 0)
		r = read_memfd(a.fds.fd[0], &out->output, &out->output_len, err);
	else if (r == 0)
		out->output = xcalloc(1, 1);
	if (r == 0 && a.fds.n == 2)
		out->artifact_fd = steal_fd(&a.fds.fd[1]);
	drop_answer(&a);
	if (r < 0)
		box_compiled_free(out);
	return r < 0 ? r : 1;
}

int box_compile(
        struct box *b, const struct box_compile *c, struct box_compiled *out, struct err *err)
{
	int r;

	*out = (struct box_compiled){.artifact_fd = -1};
	r = box_compile_start(b, c, err);
	if (r == 0)
		r = box_compile_wait(b, 0, out, err);
	return r < 0 ? r : 0;
}

void box_compiled_free(struct box_compiled *c)
{
	/* a zeroed one has nothing: no artifact is ever descriptor 0 */
	if (c->artifact_fd > 0)
		close(c->artifact_fd);
	free(c->output);
	*c = (struct box_compiled){.artifact_fd = -1};
}

int box_version(struct box *b, const char *language, char **version, struct err *err)
{
	struct box_request q = {.type = BOX_VERSION};
	struct box_compiled c = {.artifact_fd = -1};
	int r = set_text(q.language, sizeof(q.language), language, "language", err);

	b->deadline_ms = clock_mono_ms() + VERSION_MS;
	if (r == 0)
		r = send_request(b, &q, NULL, 0, err);
	if (r == 0)
		r = box_compile_wait(b, 0, &c, err);
	if (r < 0)
		return r;
	if (c.output && c.result.end == BOX_END_EXITED && c.result.exit_code == 0) {
		c.output[strcspn(c.output, "\n")] = 0;
		*version = steal(&c.output);
		r = 0;
	} else {
		r = err_set(err, ERR_NOT_FOUND,
		        "%s is not installed here: its version command ended: %s", language,
		        box_end_name(c.result.end));
	}
	box_compiled_free(&c);
	return r;
}

int box_precompile_start(struct box *b, const char *language, struct err *err)
{
	struct box_request q = {.type = BOX_PRECOMPILE};
	int r = set_text(q.language, sizeof(q.language), language, "language", err);

	b->deadline_ms = clock_mono_ms() + PRECOMPILE_MS;
	return r < 0 ? r : send_request(b, &q, NULL, 0, err);
}

int box_precompile_wait(struct box *b, int timeout_ms, struct err *err)
{
	struct box_compiled c = {.artifact_fd = -1};
	int r = box_compile_wait(b, timeout_ms, &c, err);

	if (r <= 0)
		return r;
	if (c.result.end == BOX_END_EXITED && c.result.exit_code == BOX_PRECOMPILE_LATER)
		r = err_set(err, ERR_CONFLICT, "the header is being stored");
	else if (c.result.end != BOX_END_EXITED || c.result.exit_code != 0)
		r = err_set(err, ERR_NOT_FOUND, "no precompiled header: %s: %.100s",
		        box_end_name(c.result.end), c.output);
	box_compiled_free(&c);
	return r;
}

int box_precompile(struct box *b, const char *language, struct err *err)
{
	int r = box_precompile_start(b, language, err);

	if (r == 0)
		r = box_precompile_wait(b, 0, err);
	return r < 0 ? r : 0;
}

/* Running. */

static int set_args(struct box_request *q, const char *const *args, size_t nargs, struct err *err)
{
	for (size_t i = 0; i < nargs; i++) {
		size_t n = strlen(args[i]) + 1;

		if (n > BOX_ARGS_SIZE - q->args_len)
			return err_set(err, ERR_INPUT, "box: arguments are too long");
		memcpy(q->args + q->args_len, args[i], n);
		q->args_len += (uint32_t)n;
	}
	return 0;
}

/* What goes into which lane. */
struct loading {
	const char *language, *entry;
	enum box_lane lane;
};

static int load(struct box *b, const struct loading *l, int artifact_fd, struct err *err)
{
	struct box_request q = {.type = BOX_LOAD, .lane = l->lane};
	struct answer a;
	int r;

	if ((r = set_text(q.language, sizeof(q.language), l->language, "language", err)) < 0 ||
	        (r = set_text(q.entry, sizeof(q.entry), l->entry, "entry point", err)) < 0)
		return r;
	b->deadline_ms = clock_mono_ms() + LOAD_MS;
	r = send_request(b, &q, &artifact_fd, 1, err);
	if (r == 0)
		r = wait_answer(b, 0, &a, err);
	if (r < 0)
		return r;
	drop_answer(&a);
	return check_fault(&a.reply.result, err);
}

int box_load(
        struct box *box, const char *language, const char *entry, int artifact_fd, struct err *err)
{
	return load(box, &(struct loading){language, entry, BOX_LANE_SUBMISSION}, artifact_fd, err);
}

int box_load_jury(
        struct box *box, const char *language, const char *entry, int artifact_fd, struct err *err)
{
	return load(box, &(struct loading){language, entry, BOX_LANE_JURY}, artifact_fd, err);
}

int box_run_start(struct box *b, const struct box_run *run, struct err *err)
{
	struct box_request q = {.type = BOX_RUN, .lane = run->lane, .limits = run->limits};
	int fds[] = {run->stdin_fd, run->stdout_fd, run->stderr_fd};
	int r = set_text(q.language, sizeof(q.language), run->language, "language", err);

	if (r == 0)
		r = set_args(&q, run->args, run->nargs, err);
	if (r < 0)
		return r;
	b->deadline_ms = clock_mono_ms() + q.limits.wall_ms + SLACK_MS;
	return send_request(b, &q, fds, ARRAY_LEN(fds), err);
}

int box_run_wait(struct box *b, int timeout_ms, struct box_result *result, struct err *err)
{
	struct answer a;
	int r = wait_answer(b, timeout_ms, &a, err);

	if (r <= 0)
		return r;
	drop_answer(&a);
	*result = a.reply.result;
	r = check_fault(result, err);
	return r < 0 ? r : 1;
}

/* Validating. */

static int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Sends a request whose last descriptor, the earlier feedback, may be none (-1). */
static int send_data(
        struct box *b, struct box_request *q, const int *fds, size_t nfds, struct err *err)
{
	b->deadline_ms = clock_mono_ms() + max_of(q->limits.wall_ms, q->jury.wall_ms) + SLACK_MS;
	return send_request(b, q, fds, fds[nfds - 1] < 0 ? nfds - 1 : nfds, err);
}

int box_validate_start(struct box *box, const struct box_validate *v, struct err *err)
{
	struct box_request q = {.type = BOX_VALIDATE, .limits = v->limits};
	int fds[] = {v->stdin_fd, v->input_fd, v->answer_fd, v->feedback_fd};
	int r = set_text(q.language, sizeof(q.language), v->language, "language", err);

	if (r == 0)
		r = set_args(&q, v->args, v->nargs, err);
	return r < 0 ? r : send_data(box, &q, fds, ARRAY_LEN(fds), err);
}

int box_validate_wait(struct box *box, int timeout_ms, struct box_validated *out, struct err *err)
{
	struct answer a = {0};
	int r = wait_answer(box, timeout_ms, &a, err);

	*out = (struct box_validated){.feedback_fd = -1};
	if (r <= 0)
		return r;
	out->result = a.reply.result;
	r = check_fault(&out->result, err);
	if (r == 0 && a.fds.n < 1)
		r = err_set(err, ERR_BUSY, "box: a validation without its output");
	if (r == 0)
		r = read_memfd(a.fds.fd[0], &out->output, &out->output_len, err);
	if (r == 0 && a.fds.n > 1)
		out->feedback_fd = steal_fd(&a.fds.fd[1]);
	drop_answer(&a);
	if (r < 0)
		box_validated_free(out);
	return r < 0 ? r : 1;
}

int box_validate(
        struct box *box, const struct box_validate *v, struct box_validated *out, struct err *err)
{
	int r = box_validate_start(box, v, err);

	*out = (struct box_validated){.feedback_fd = -1};
	if (r == 0)
		r = box_validate_wait(box, 0, out, err);
	return r < 0 ? r : 0;
}

void box_validated_free(struct box_validated *v)
{
	if (v->feedback_fd > 0)
		close(v->feedback_fd);
	free(v->output);
	*v = (struct box_validated){.feedback_fd = -1};
}

/* Interacting. */

int box_interact_start(struct box *box, const struct box_interact *i, struct err *err)
{
	struct box_request q = {.type = BOX_INTERACTIVE,
	        .limits = i->limits,
	        .jury = i->jury,
	        .output_bytes = i->output_bytes};
	int fds[] = {i->input_fd, i->answer_fd, i->feedback_fd};
	int r = set_text(q.language, sizeof(q.language), i->language, "language", err);

	if (r == 0)
		r = set_args(&q, i->program_args, i->nprogram_args, err);
	q.program_args = q.args_len;
	if (r == 0)
		r = set_args(&q, i->args, i->nargs, err);
	return r < 0 ? r : send_data(box, &q, fds, ARRAY_LEN(fds), err);
}

/* Descriptors in the order of box.h: output, errors, transcript, feedback. */
static int take_interacted(struct answer *a, struct box_interacted *out, struct err *err)
{
	int r = check_fault(&a->reply.result, err);

	out->submission = a->reply.result;
	out->validator = a->reply.jury;
	out->first = a->reply.first == BOX_LANE_JURY ? BOX_LANE_JURY : BOX_LANE_SUBMISSION;
	memcpy(out->bytes, a->reply.bytes, sizeof(out->bytes));
	if (r == 0 && a->fds.n < 3)
		r = err_set(err, ERR_BUSY, "box: an interaction without its output");
	if (r == 0)
		r = read_memfd(a->fds.fd[0], &out->output, &out->output_len, err);
	if (r == 0)
		r = read_memfd(a->fds.fd[1], &out->errors, &out->errors_len, err);
	if (r == 0)
		r = read_memfd(a->fds.fd[2], &out->transcript, &out->transcript_len, err);
	if (r == 0 && a->fds.n > 3)
		out->feedback_fd = steal_fd(&a->fds.fd[3]);
	return r;
}

int box_interact_wait(struct box *box, int timeout_ms, struct box_interacted *out, struct err *err)
{
	struct answer a = {0};
	int r = wait_answer(box, timeout_ms, &a, err);

	*out = (struct box_interacted){.feedback_fd = -1};
	if (r <= 0)
		return r;
	r = take_interacted(&a, out, err);
	drop_answer(&a);
	if (r < 0)
		box_interacted_free(out);
	return r < 0 ? r : 1;
}

int box_interact(
        struct box *box, const struct box_interact *i, struct box_interacted *out, struct err *err)
{
	int r = box_interact_start(box, i, err);

	*out = (struct box_interacted){.feedback_fd = -1};
	if (r == 0)
		r = box_interact_wait(box, 0, out, err);
	return r < 0 ? r : 0;
}

void box_interacted_free(struct box_interacted *i)
{
	if (i->feedback_fd > 0)
		close(i->feedback_fd);
	free(i->output);
	free(i->errors);
	free(i->transcript);
	*i = (struct box_interacted){.feedback_fd = -1};
}

/* Feedback. */

static int find_file(
        const void *data, size_t len, const char *name, struct archive_entry *e, struct err *err)
{
	struct archive a;
	int r = archive_open(&a, data, len, err);

	if (r < 0)
		return r;
	while ((r = archive_next(&a, e, err)) > 0)
		if (strcmp(e->name, name) == 0)
			return 1;
	return r;
}

int box_feedback_get(
        int feedback_fd, const char *name, size_t max, struct buf *out, struct err *err)
{
	struct archive_entry e;
	void *data;
	size_t len;
	int r = map_archive(feedback_fd, "feedback", &data, &len, err);

	if (r < 0)
		return r;
	r = find_file(data, len, name, &e, err);
	if (r > 0)
		buf_add(out, e.data, e.len < max ? e.len : max);
	munmap(data, len);
	return r;
}

int box_kill(struct box *b, struct err *err)
{
	struct box_request q = {.magic = BOX_MAGIC,
	        .version = BOX_VERSION_NUMBER,
	        .type = BOX_KILL,
	        .serial = b->serial};

	if (packet_send(b->fd, &q, sizeof(q), NULL, 0) < 0)
		return lost(err, "kill");
	return 0;
}
