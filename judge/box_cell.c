/* box_cell.c -- see box_cell.h. */
#include "judge/box_cell.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "judge/box_packet.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

enum {
	UIDS = 65536,
	START_MS = 60000, /* a machine under load, or an emulated one */
	DELETE_MS = 60000,
	STOP_MS = 3000,
	MAX_RETRY_MS = 10000,
	FIRST_RETRY_MS = 250,
	CONTAINER_EXTRA = 512 << 20, /* the agent, unpacked programs, page cache */
	CONTAINER_PIDS = 4096,
};

static void enter(struct cell *c, enum cell_state state)
{
	c->state = state;
	c->since_ms = clock_mono_ms();
}

static void close_agent(struct cell *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	if (c->agent > 1)
		kill(c->agent, SIGKILL);
	c->agent = -1;
}

/* Nothing of the old container may remain when a new one takes its name. */
static void start_delete(struct cell *c)
{
	struct err err = {0};

	close_agent(c);
	cgroup_cell_close(&c->cgroup);
	c->loaded = 0;
	c->helper = -1;
	if (runc_delete(&c->host->runc, c->index, &c->helper, &err) < 0)
		c->last = err;
	enter(c, CELL_DELETING);
}

static void fail(struct cell *c, const struct err *err)
{
	c->last = *err;
	c->failures++;
	log_warn("cell.failed", "cell=%u failures=%u reason=\"%s\"", c->index, c->failures,
	        err->msg);
	start_delete(c);
}

static uid_t first_uid(const struct cell *c)
{
	return (uid_t)(c->host->conf->uid_base + (int64_t)c->index * UIDS);
}

static int start(struct cell *c, struct err *err)
{
	char cgroup[CGROUP_PATH_SIZE];
	struct bundle b = {.root = &c->host->root,
	        .cgroup_path = cgroup,
	        .first_uid = first_uid(c),
	        .memory_bytes = c->host->budget_bytes + CONTAINER_EXTRA,
	        .pids = CONTAINER_PIDS};
	auto_close int agent_end = -1;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set(err, ERR_BUSY, "socketpair: %s", strerrordesc_np(errno));
	c->fd = pair[0];
	(void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
	agent_end = pair[1];
	cgroup_cell_path(&c->host->cgroup, c->index, cgroup);
	r = bundle_write(&b, c->dir, err);
	if (r == 0)
		r = runc_start(&c->host->runc, &(struct runc_new){c->index, c->dir, agent_end},
		        &c->helper, err);
	return r;
}

void cell_init(struct cell *c, const struct host *host, unsigned index)
{
	*c = (struct cell){.host = host, .index = index, .fd = -1, .helper = -1, .agent = -1};
	snprintf(c->dir, sizeof(c->dir), "%s/%u", host->state_dir, index);
}

static void try_start(struct cell *c)
{
	struct err err = {0};

	c->said_ready = false;
	c->steps = 0;
	enter(c, CELL_STARTING);
	if (start(c, &err) < 0)
		fail(c, &err);
}

void cell_tick(struct cell *c, int64_t now_ms)
{
	int64_t age = now_ms - c->since_ms;
	struct err err = {0};

	switch (c->state) {
	case CELL_DOWN:
		if (!c->asleep && now_ms >= c->retry_ms)
			try_start(c);
		break;
	case CELL_STARTING:
		if (age < START_MS)
			break;
		if (c->helper > 0)
			kill(c->helper, SIGKILL);
		err_set(&err, ERR_BUSY, "container did not start within %d s", START_MS / 1000);
		fail(c, &err);
		break;
	case CELL_READY:
		break;
	case CELL_DELETING:
		if (c->helper < 0 || age >= DELETE_MS) {
			c->helper = -1;
			c->retry_ms = now_ms + FIRST_RETRY_MS;
			enter(c, CELL_DOWN);
		}
		break;
	}
}

static void deleted(struct cell *c)
{
	int64_t wait = c->failures == 0 ? 0 : FIRST_RETRY_MS << (c->failures < 6 ? c->failures : 6);

	cgroup_remove_cell(&c->host->cgroup, c->index);
	c->retry_ms = clock_mono_ms() + (wait < MAX_RETRY_MS ? wait : MAX_RETRY_MS);
	enter(c, CELL_DOWN);
}

/* Both have happened: the runtime's command ended well, the agent said READY. */
static void try_ready(struct cell *c)
{
	struct err err = {0};

	if (c->helper > 0 || !c->said_ready)
		return;
	c->cgroup = (struct cgroup_cell){
	        .host = &c->host->cgroup, .index = c->index, .root_uid = first_uid(c)};
	c->agent = runc_read_pid(c->dir);
	if (c->agent < 0) {
		err_set(&err, ERR_BUSY, "the runtime told no pid");
		fail(c, &err);
	} else if (cgroup_cell_open(&c->cgroup, c->agent, &err) < 0) {
		fail(c, &err);
	} else {
		c->failures = 0;
		enter(c, CELL_READY);
		log_debug("cell.ready", "cell=%u pid=%d", c->index, (int)c->agent);
	}
}

bool cell_child(struct cell *c, pid_t pid, int status)
{
	char log[160];
	struct err err = {0};

	if (pid == c->agent) {
		c->agent = -1;
		return true;
	}
	if (pid != c->helper)
		return false;
	c->helper = -1;
	if (c->state == CELL_DELETING) {
		deleted(c);
	} else if (c->state == CELL_STARTING && status == 0) {
		try_ready(c);
	} else if (c->state == CELL_STARTING) {
		runc_read_log(c->dir, log, sizeof(log));
		err_set(&err, ERR_BUSY, "container does not start: %s", log);
		fail(c, &err);
	}
	return true;
}

int cell_receive(struct cell *c, struct agent_reply *reply)
{
	ssize_t n = recv(c->fd, reply, sizeof(*reply), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n != (ssize_t)sizeof(*reply) || reply->magic != AGENT_MAGIC) {
		cell_retire(c);
		return -1;
	}
	if (reply->type == AGENT_READY && c->state == CELL_STARTING) {
		c->said_ready = true;
		try_ready(c);
		return 0;
	}
	return reply->type == AGENT_DONE || reply->type == AGENT_ENDED || reply->type == AGENT_OVER;
}

int cell_send(
        struct cell *c, const struct agent_request *q, const int *fds, size_t nfds, struct err *err)
{
	size_t len = offsetof(struct agent_request, words) + q->words_len;

	if (c->fd < 0 || packet_send(c->fd, q, len, fds, nfds) < 0)
		return err_set(err, ERR_BUSY, "the container is gone: %s", strerrordesc_np(errno));
	return 0;
}

void cell_retire(struct cell *c)
{
	if (c->state != CELL_READY && c->state != CELL_STARTING)
		return;
	if (c->state == CELL_STARTING && c->helper > 0)
		kill(c->helper, SIGKILL);
	start_delete(c);
}

void cell_stop(struct cell *c)
{
	struct err err = {0};
	int status;

	close_agent(c);
	cgroup_cell_close(&c->cgroup);
	/* a command of the runtime at work would make again what is removed after us */
	if (c->helper > 0 && proc_wait(c->helper, STOP_MS, &status, &err) < 0)
		proc_kill(c->helper);
	c->helper = -1;
}
