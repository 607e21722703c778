/* box_packet.c -- see box_packet.h. */
#include "judge/box_packet.h"

#include <sys/socket.h>

#define CONTROL_SIZE CMSG_SPACE(sizeof(int) * PACKET_MAX_FDS)

int packet_send(int fd, const void *data, size_t len, const int *fds, size_t nfds, int flags)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = {0};
	struct iovec iov = {(void *)(uintptr_t)data, len}; /* only read by sendmsg */
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
	return sendmsg(fd, &m, MSG_NOSIGNAL | flags) == (ssize_t)len ? 0 : -1;
}

/* Our descriptors of one control message; more than max: all closed, false. */
static bool take_fds(const struct cmsghdr *c, int *fds, size_t max, size_t *nfds)
{
	int all[PACKET_MAX_FDS];
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || n > PACKET_MAX_FDS)
		return true;
	memcpy(all, CMSG_DATA(c), n * sizeof(int));
	if (*nfds + n <= max) {
		memcpy(fds + *nfds, all, n * sizeof(int));
		*nfds += n;
		return true;
	}
	for (size_t i = 0; i < n; i++)
		close(all[i]);
	return false;
}

ssize_t packet_receive(
        int fd, void *data, size_t size, int *fds, size_t max_fds, size_t *nfds, int flags)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	struct iovec iov = {data, size};
	struct msghdr m = {.msg_iov = &iov,
	        .msg_iovlen = 1,
	        .msg_control = control,
	        .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | flags);
	bool fits = !(m.msg_flags & (MSG_CTRUNC | MSG_TRUNC));

	*nfds = 0;
	if (n <= 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		fits &= take_fds(c, fds, max_fds, nfds);
	if (fits)
		return n;
	for (size_t i = 0; i < *nfds; i++)
		close(fds[i]);
	*nfds = 0;
	return 0;
}
