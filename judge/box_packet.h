/* box_packet.h -- one packet with descriptors beside it, over a SEQPACKET socket. Used by judge,
 * box and agent; needs no library. */
#ifndef BOX_PACKET_H
#define BOX_PACKET_H

#include "base/base.h"

enum { PACKET_MAX_FDS = 16 };

/* Descriptors that came with a packet; -1 in place of one that was taken out. */
struct packet_fds {
	int fd[PACKET_MAX_FDS];
	size_t n;
	size_t max; /* set before receiving: more than that is an error */
};

/* 0, or -1 with errno. */
int packet_send(int fd, const void *data, size_t len, const int *fds, size_t nfds);
/* Bytes received, and CLOEXEC descriptors in *fds; 0: end, or a packet that was too large or had
 * too many descriptors (all closed); -1 with errno. */
ssize_t packet_receive(int fd, void *data, size_t size, struct packet_fds *fds);
void packet_close(struct packet_fds *fds);

#endif
