// One end of every channel by which two programs in two slots might talk; see channels.test.mjs.
// stdin: "send|receive START_MS BIT_MS SECRET", START_MS on the monotonic clock that both share.
// Each channel has its time of 16 bits: the sender acts in the first half of a bit, the receiver
// looks at the end of it. Printed per channel: its name and 16 times 0, 1 or - (could not).
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

enum { BITS = 16, REFUSED = -1 };
static const char shared[] = "/usr/bin/env"; /* in both slots the same inode */

/* A name that is there or not, in every folder that could be common. */
static const char *const places[] = {"/tmp/ch", "/dev/shm/ch", "/work/ch", "/var/tmp/ch", "/run/ch", "/ch", "/dev/ch",
        "/usr/ch", "ch", "/proc/ch", "/dev/mqueue/ch"};
enum { PLACES = sizeof places / sizeof *places };

static int file_send(int bit)
{
	int done = REFUSED;
	for (int i = 0; i < PLACES; i++)
		if (bit ? close(open(places[i], O_WRONLY | O_CREAT, 0666)) == 0 : unlink(places[i]) == 0)
			done = bit;
	return done;
}
static int file_receive(void)
{
	for (int i = 0; i < PLACES; i++)
		if (access(places[i], F_OK) == 0)
			return 1;
	return 0;
}
static int shm_send(int bit)
{
	int fd = bit ? shm_open("/chs", O_RDWR | O_CREAT, 0666) : shm_unlink("/chs");
	if (bit && fd >= 0)
		close(fd);
	return fd < 0 && bit ? REFUSED : bit;
}
static int shm_receive(void)
{
	int fd = shm_open("/chs", O_RDONLY, 0);
	return fd >= 0 ? close(fd), 1 : 0;
}
static int sysv_send(int bit)
{
	int id = shmget(77, 4096, bit ? IPC_CREAT | 0666 : 0), q = msgget(77, bit ? IPC_CREAT | 0666 : 0),
	    s = semget(77, 1, bit ? IPC_CREAT | 0666 : 0);
	if (id < 0 && q < 0 && s < 0)
		return REFUSED;
	if (!bit) {
		shmctl(id, IPC_RMID, 0);
		msgctl(q, IPC_RMID, 0);
		semctl(s, 0, IPC_RMID);
	}
	return bit;
}
static int sysv_receive(void)
{
	if (shmget(77, 4096, 0) >= 0 || msgget(77, 0) >= 0 || semget(77, 1, 0) >= 0)
		return 1;
	return errno == ENOSYS ? REFUSED : 0;
}
static int mq_send_bit(int bit)
{
	mqd_t q = bit ? mq_open("/chq", O_RDWR | O_CREAT, 0666, 0) : mq_unlink("/chq");
	return q < 0 ? REFUSED : bit;
}
static int mq_receive_bit(void)
{
	mqd_t q = mq_open("/chq", O_RDONLY);
	return q >= 0 ? mq_close(q), 1 : errno == ENOSYS ? REFUSED : 0;
}
static int at_end; /* the abstract socket's */
static int abstract(const char *name, struct sockaddr_un *a)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(a->sun_path + 1, name, strlen(name));
	return (int)(sizeof(sa_family_t) + 1 + strlen(name));
}
static int abstract_send(int bit)
{
	struct sockaddr_un a;
	int len = abstract("channel", &a);
	if (at_end > 0)
		close(at_end);
	at_end = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (at_end < 0)
		return REFUSED;
	return bit && bind(at_end, (struct sockaddr *)&a, (socklen_t)len) < 0 ? REFUSED : bit;
}
static int abstract_receive(void)
{
	struct sockaddr_un a;
	int len = abstract("channel", &a), fd = socket(AF_UNIX, SOCK_DGRAM, 0), r;
	if (fd < 0)
		return REFUSED;
	r = connect(fd, (struct sockaddr *)&a, (socklen_t)len) == 0;
	close(fd);
	return r;
}
static int vsock_end;
static int vsock_open(unsigned cid, struct sockaddr_vm *a)
{
	*a = (struct sockaddr_vm){.svm_family = AF_VSOCK, .svm_port = 7777, .svm_cid = cid};
	return socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
}
static int vsock_send(int bit)
{
	struct sockaddr_vm a;
	if (vsock_end > 0)
		close(vsock_end);
	vsock_end = vsock_open(VMADDR_CID_ANY, &a);
	if (vsock_end < 0)
		return REFUSED;
	if (bit && (bind(vsock_end, (struct sockaddr *)&a, sizeof a) < 0 || listen(vsock_end, 1) < 0))
		return REFUSED;
	return bit;
}
static int vsock_receive(void)
{
	struct sockaddr_vm a;
	int fd = vsock_open(1, &a), r;
	if (fd < 0)
		return REFUSED;
	r = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
	close(fd);
	return r;
}
static int held(void)
{
	static int fd = -1;
	return fd < 0 ? fd = open(shared, O_RDONLY) : fd;
}
static int flock_send(int bit)
{
	return flock(held(), bit ? LOCK_EX | LOCK_NB : LOCK_UN) < 0 ? REFUSED : bit;
}
static int flock_receive(void)
{
	int r = flock(held(), LOCK_EX | LOCK_NB);
	if (r < 0)
		return errno == EWOULDBLOCK ? 1 : REFUSED;
	flock(held(), LOCK_UN);
	return 0;
}
static int posix_lock(int get, short type, int own)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET};
	int command = own ? (get ? F_OFD_GETLK : F_OFD_SETLK) : get ? F_GETLK : F_SETLK;
	if (fcntl(held(), command, &l) < 0)
		return REFUSED;
	return get ? l.l_type != F_UNLCK : 0;
}
static int lock_send(int bit)
{
	return posix_lock(0, bit ? F_RDLCK : F_UNLCK, 0) < 0 ? REFUSED : bit;
}
static int lock_receive(void)
{
	return posix_lock(1, F_WRLCK, 0);
}
static int ofd_send(int bit)
{
	return posix_lock(0, bit ? F_RDLCK : F_UNLCK, 1) < 0 ? REFUSED : bit;
}
static int ofd_receive(void)
{
	return posix_lock(1, F_WRLCK, 1);
}
static int lease_send(int bit)
{
	return fcntl(held(), F_SETLEASE, bit ? F_RDLCK : F_UNLCK) < 0 ? REFUSED : bit;
}
static int lease_receive(void)
{
	int r = fcntl(held(), F_SETLEASE, F_RDLCK);
	if (r < 0)
		return errno == EAGAIN ? 1 : REFUSED;
	fcntl(held(), F_SETLEASE, F_UNLCK);
	return 0;
}
static int touch_send(int bit)
{
	char c;
	int fd = bit ? open(shared, O_RDONLY) : -1;
	if (fd >= 0 && read(fd, &c, 1) == 1)
		close(fd);
	return bit;
}
static int inotify_receive(void)
{
	static int fd = -2;
	char event[4096];
	if (fd == -2) {
		fd = inotify_init1(IN_NONBLOCK);
		if (fd >= 0)
			inotify_add_watch(fd, shared, IN_OPEN | IN_ACCESS | IN_CLOSE);
	}
	return fd < 0 ? REFUSED : read(fd, event, sizeof event) > 0;
}
static int atime_receive(void)
{
	static struct timespec last;
	struct stat st;
	int r;
	if (stat(shared, &st) < 0)
		return REFUSED;
	r = last.tv_sec && memcmp(&last, &st.st_atim, sizeof last) != 0;
	last = st.st_atim;
	return r;
}
static int offset_send(int bit)
{
	return lseek(0, bit ? 5 : 3, SEEK_SET) < 0 ? REFUSED : bit;
}
static int offset_receive(void)
{
	static off_t last = -1;
	off_t now = lseek(0, 0, SEEK_CUR);
	if (last < 0)
		last = now;
	return now != last;
}
static int key_send(int bit)
{
	return syscall(SYS_add_key, "user", "ch", bit ? "1" : "0", 1, -4) < 0 ? REFUSED : bit;
}
static int key_receive(void)
{
	char c = 0;
	long id = syscall(SYS_request_key, "user", "ch", 0, 0);
	return id < 0 || syscall(SYS_keyctl, 11, id, &c, 1) < 0 ? REFUSED : c == '1';
}
static int counters_send(int bit)
{
	void *p = mmap(0, 32 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bit)
		memset(p, 1, 32 << 20);
	munmap(p, 32 << 20);
	return bit;
}
static int counters_receive(void)
{
	static const char *const names[] = {"stat", "loadavg", "meminfo", "vmstat", "locks", "net/unix", "net/dev",
	        "net/sockstat", "buddyinfo", "zoneinfo", "slabinfo", "diskstats", "interrupts", "softirqs", "schedstat",
	        "pressure/memory", "pressure/cpu", "key-users", "keys", "timer_list", "sysvipc/shm", "uptime",
	        "sys/fs/file-nr", "sys/fs/inode-nr", "sys/fs/dentry-state", "sys/kernel/ns_last_pid",
	        "sys/kernel/random/entropy_avail", "1/stat", "1/io"};
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		char path[100];
		int fd;
		snprintf(path, sizeof path, "/proc/%s", names[i]);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		printf("# readable: %s\n", path);
		close(fd);
	}
	return REFUSED;
}
/* which pages of a shared file are in memory: a file nobody needs, a page per bit */
static int page_of(void)
{
	static int next;
	return 64 + next++ * 64;
}
static int cache_send(int bit)
{
	static char page[4096];
	off_t at = (off_t)page_of() * 4096;
	if (bit && pread(held(), page, 4096, at) < 0)
		return REFUSED;
	return bit;
}
static int cache_receive(void)
{
	static char page[4096];
	struct iovec v = {page, 4096};
	(void)page_of();
	return preadv2(held(), &v, 1, 0, RWF_NOWAIT) < 0 && (errno == ENOSYS || errno == EOPNOTSUPP) ? REFUSED : 0;
}
static int mincore_receive(void)
{
	unsigned char there;
	void *p = mmap(0, 4096, PROT_READ, MAP_SHARED, held(), 0);
	int r = p == MAP_FAILED || mincore(p, 4096, &there) < 0 ? REFUSED : 0;
	if (p != MAP_FAILED)
		munmap(p, 4096);
	return r;
}
static int signal_send(int bit)
{
	int done = REFUSED;
	for (int pid = 3; bit && pid < 3000; pid++)
		if (pid != getpid() && syscall(SYS_kill, pid, 0) == 0)
			done = 1;
	return done;
}
static int never(void)
{
	return 0;
}

static const struct {
	const char *name;
	int (*send)(int bit);
	int (*receive)(void);
} channels[] = {{"files", file_send, file_receive}, {"/dev/shm", shm_send, shm_receive},
        {"SysV", sysv_send, sysv_receive}, {"mq", mq_send_bit, mq_receive_bit},
        {"abstract-socket", abstract_send, abstract_receive}, {"vsock", vsock_send, vsock_receive},
        {"flock", flock_send, flock_receive}, {"posix-lock", lock_send, lock_receive},
        {"ofd-lock", ofd_send, ofd_receive}, {"lease", lease_send, lease_receive},
        {"inotify", touch_send, inotify_receive}, {"atime", touch_send, atime_receive},
        {"file-offset", offset_send, offset_receive}, {"proc-counters", counters_send, counters_receive},
        {"page-cache", cache_send, cache_receive}, {"mincore", touch_send, mincore_receive},
        {"signals", signal_send, never},
        /* last: the kill list ends the program here */
        {"keyring", key_send, key_receive}};

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static void wait_until(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0);
}

int main(void)
{
	char role[16] = "", secret[BITS + 1] = "";
	long start = 0, bit_ms = 0;
	int n = sizeof channels / sizeof *channels;

	/* by read(): a stream would look ahead, and the offset is one of the channels */
	char line[200] = "";
	if (read(0, line, sizeof line - 1) < 1 || sscanf(line, "%15s %ld %ld %16s", role, &start, &bit_ms, secret) != 4)
		return 1;
	if (now_ms() > start)
		return 3; /* too late */
	for (int c = 0; c < n; c++) {
		char seen[BITS + 1] = "";
		for (int i = 0; i < BITS; i++) {
			long at = start + (c * BITS + i) * bit_ms;
			int send = role[0] == 's', r;
			wait_until(send ? at : at + bit_ms * 3 / 4);
			r = send ? channels[c].send(secret[i] == '1') : channels[c].receive();
			seen[i] = r < 0 ? '-' : (char)('0' + (r > 0));
		}
		if (role[0] == 's') { /* a lock that stays would be seen by the next channel */
			wait_until(start + ((c + 1) * BITS) * bit_ms - bit_ms / 4);
			channels[c].send(0);
		}
		printf("%s %s\n", channels[c].name, seen);
		fflush(stdout);
	}
	return 0;
}
