/* box_check.c -- what the descriptors of a request must be, so that nothing that is done with them
 * later depends on the judge's goodwill: sealed or read-only files of bounded size, pipes. */
#include "judge/box_slot.h"

#include <sys/stat.h>

#include <fcntl.h>

#define MIB ((int64_t)1 << 20)

static int check_sealed(int fd, const char *what, off_t max, struct err *err)
{
	int want = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & want) != want)
		return err_set(err, ERR_INPUT, "%s must be a sealed memfd", what);
	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > max)
		return err_set(
		        err, ERR_INPUT, "%s must have 1 to %lld bytes", what, (long long)max);
	return 0;
}

/* A file that nobody changes while it is read. */
static int check_file(int fd, const char *what, struct err *err)
{
	int seals = fcntl(fd, F_GET_SEALS);
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s must be a regular file", what);
	if (st.st_size > BOX_MAX_DATA_BYTES)
		return err_set(
		        err, ERR_INPUT, "%s has more than %d MiB", what, BOX_MAX_DATA_BYTES >> 20);
	if (seals >= 0 && (seals & F_SEAL_WRITE) && (seals & F_SEAL_SHRINK))
		return 0;
	if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_PATH) || (st.st_mode & 0002))
		return err_set(err, ERR_INPUT,
		        "%s must be sealed, or opened read-only and not writable by others", what);
	return 0;
}

static int check_pipe(int fd, const char *what, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode) ||
	        (flags & O_ACCMODE) != O_WRONLY)
		return err_set(err, ERR_INPUT, "%s must be the write end of a pipe", what);
	if (flags & O_NONBLOCK)
		return err_set(err, ERR_INPUT, "%s must be blocking", what);
	/* a program may open /dev/stdout by name, for writing */
	(void)fchmod(fd, 0622);
	return 0;
}

static int check_loaded(
        const struct slot *s, enum box_lane lane, const char *language, struct err *err)
{
	const struct lane_program *p = &s->lanes[lane].program;

	if (p->tag == 0 || (language && strcmp(p->language, language) != 0))
		return err_set(err, ERR_INPUT, "no program%s%s is loaded%s", language ? " of " : "",
		        language ? language : "",
		        lane == BOX_LANE_JURY ? " in the jury's lane" : "");
	return 0;
}

static int check_run(const struct slot *s, const struct box_request *q, struct err *err)
{
	int r = check_loaded(s, (enum box_lane)q->lane, q->language, err);

	if (r < 0 || (r = check_file(s->in[0], "stdin", err)) < 0 ||
	        (r = check_pipe(s->in[1], "stdout", err)) < 0)
		return r;
	return check_pipe(s->in[2], "stderr", err);
}

/* Files of the jury: names for those in s->in from `first` on; the feedback may be missing. */
static int check_data(const struct slot *s, size_t first, struct err *err)
{
	static const char *const names[] = {"stdin", "input", "answer"};
	const size_t feedback = ARRAY_LEN(names) - first;

	for (size_t i = 0; i < feedback; i++)
		if (check_file(s->in[i], names[first + i], err) < 0)
			return err_result(err);
	if (s->nin <= feedback)
		return 0;
	return check_sealed(s->in[feedback], "feedback", (off_t)BOX_MAX_FEEDBACK_BYTES + MIB, err);
}

static int check_validate(const struct slot *s, const struct box_request *q, struct err *err)
{
	int r = check_loaded(s, BOX_LANE_JURY, q->language, err);

	return r < 0 ? r : check_data(s, 0, err);
}

static int check_interactive(const struct slot *s, const struct box_request *q, struct err *err)
{
	int r;

	if ((r = check_loaded(s, BOX_LANE_SUBMISSION, q->language, err)) < 0 ||
	        (r = check_loaded(s, BOX_LANE_JURY, NULL, err)) < 0)
		return r;
	return check_data(s, 1, err);
}

int slot_check_inputs(const struct slot *s, const struct box_request *q, struct err *err)
{
	switch ((enum box_request_type)q->type) {
	case BOX_COMPILE:
		return check_sealed(s->in[0], "sources", BOX_MAX_SOURCE_BYTES, err);
	case BOX_LOAD:
		return check_sealed(s->in[0], "artifact", BOX_MAX_ARTIFACT_BYTES, err);
	case BOX_RUN:
		return check_run(s, q, err);
	case BOX_VALIDATE:
		return check_validate(s, q, err);
	case BOX_INTERACTIVE:
		return check_interactive(s, q, err);
	case BOX_HELLO:
	case BOX_VERSION:
	case BOX_PRECOMPILE:
	case BOX_KILL:
		return 0;
	}
	return 0;
}
