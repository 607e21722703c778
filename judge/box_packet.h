/* box_packet.h -- one packet with descriptors beside it, over a SEQPACKET socket. Used by judge,
 * box and agent; needs no library. */
#ifndef BOX_PACKET_H
#define BOX_PACKET_H

#include "base/base.h"

enum { PACKET_MAX_FDS = 16 };

/* 0, or -1 with errno. flags: MSG_DONTWAIT or 0. */
int packet_send(int fd, const void *data, size_t len, const int *fds, size_t nfds, int flags);
/* Bytes received (CLOEXEC descriptors in fds, *nfds of them); 0: end, or a packet that was too
 * large or had more than max_fds descriptors; -1 with errno. */
ssize_t packet_receive(
        int fd, void *data, size_t size, int *fds, size_t max_fds, size_t *nfds, int flags);

#endif
