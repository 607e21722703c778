// Worker, database, Redis, loopback, link-local, gateway, vsock, Unix sockets of the host: nothing
// can be reached, not even asked for.
// expect: run exited 0
// stdout:
#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
static void try(const char *what, const void *address, socklen_t len, int type)
{
	int fd = socket(((const struct sockaddr *)address)->sa_family, type, 0);
	if (fd >= 0)
		printf("socket for %s\n", what);
	for (fd = fd < 0 ? 0 : fd; fd < 64; fd++)
		if (connect(fd, address, len) == 0 || sendto(fd, "x", 1, 0, address, len) == 1)
			printf("%s by %d\n", what, fd);
}
int main(void)
{
	static const struct {
		const char *host;
		unsigned short port;
	} hosts[] = {{"127.0.0.1", 5432}, {"127.0.0.1", 6379}, {"127.0.0.1", 80}, {"127.0.0.1", 8080}, {"169.254.169.254", 80},
	        {"10.0.0.1", 53}, {"172.17.0.1", 80}, {"192.168.0.1", 80}, {"8.8.8.8", 53}, {"255.255.255.255", 67},
	        {"224.0.0.1", 5353}, {"0.0.0.0", 5432}};
	static const char *const paths[] = {"/run/docker.sock", "/var/run/postgresql/.s.PGSQL.5432", "/run/redis.sock",
	        "/run/codearena.sock", "box.sock", "/tmp/.s.PGSQL.5432", "/run/dbus/system_bus_socket"};
	setvbuf(stdout, 0, _IONBF, 0);
	for (unsigned i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(hosts[i].port)};
		inet_pton(AF_INET, hosts[i].host, &a.sin_addr);
		try(hosts[i].host, &a, sizeof a, SOCK_STREAM);
		try(hosts[i].host, &a, sizeof a, SOCK_DGRAM);
	}
	for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct sockaddr_un a = {.sun_family = AF_UNIX};
		snprintf(a.sun_path, sizeof a.sun_path, "%s", paths[i]);
		try(paths[i], &a, sizeof a, SOCK_STREAM);
		try(paths[i], &a, sizeof a, SOCK_SEQPACKET);
	}
	for (unsigned cid = 0; cid < 4; cid++) {
		struct sockaddr_vm a = {.svm_family = AF_VSOCK, .svm_port = 1024, .svm_cid = cid};
		try("vsock", &a, sizeof a, SOCK_STREAM);
	}
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	try("::1", &six, sizeof six, SOCK_STREAM);
	return 0;
}
