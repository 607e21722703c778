/* box_packet.c -- see box_packet.h. */
#include "judge/box_packet.h"

#include <sys/socket.h>

#define CONTROL_SIZE CMSG_SPACE(sizeof(int) * PACKET_MAX_FDS)

int packet_send(int fd, const void *data, size_t len, const int *fds, size_t nfds)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
	/* POSIX forgot a const: sendmsg only reads */
	union {
		const void *in;
		void *out;
	} base = {.in = data};
	struct iovec iov = {base.out, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr c = {.cmsg_len = CMSG_LEN(sizeof(int) * nfds),
	        .cmsg_level = SOL_SOCKET,
	        .cmsg_type = SCM_RIGHTS};

	if (nfds > PACKET_MAX_FDS) {
		errno = EINVAL;
		return -1;
	}
	if (nfds > 0) {
		memcpy(control, &c, sizeof(c));
		memcpy(control + CMSG_LEN(0), fds, sizeof(int) * nfds);
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

/* Those of one control message; false when there are more than fit (the surplus is closed). */
static bool take_fds(const struct cmsghdr *c, struct packet_fds *fds)
{
	const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	const unsigned char *data = CMSG_DATA(c);
	bool fits = true;

	if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return true;
	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
		if (fds->n < fds->max) {
			fds->fd[fds->n++] = fd;
		} else {
			close(fd);
			fits = false;
		}
	}
	return fits;
}

void packet_close(struct packet_fds *fds)
{
	for (size_t i = 0; i < fds->n; i++)
		auto_close_(&fds->fd[i]);
	fds->n = 0;
}

ssize_t packet_receive(int fd, void *data, size_t size, struct packet_fds *fds)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	struct iovec iov = {data, size};
	struct msghdr m = {.msg_iov = &iov,
	        .msg_iovlen = 1,
	        .msg_control = control,
	        .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	bool fits = !(m.msg_flags & (MSG_CTRUNC | MSG_TRUNC));

	fds->n = 0;
	if (n <= 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		fits &= take_fds(c, fds);
	if (fits)
		return n;
	packet_close(fds);
	return 0;
}
