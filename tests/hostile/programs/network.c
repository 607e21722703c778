// expect: run exited 0
// stdout:
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
int main(void)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH};
	int pair[2];

	for (unsigned i = 0; i < sizeof families / sizeof *families; i++)
		for (int type = 1; type <= 5; type++)
			if (socket(families[i], type, 0) >= 0)
				printf("socket %d %d\n", families[i], type);
	if (socketpair(AF_INET, SOCK_STREAM, 0, pair) == 0)
		printf("socketpair of AF_INET\n");
	/* a pair is a pipe both ways and reaches nobody */
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0) {
		struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0x"};
		struct sockaddr_in n = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(INADDR_LOOPBACK)}};
		if (bind(pair[0], (struct sockaddr *)&a, 4) == 0 || connect(pair[0], (struct sockaddr *)&n, sizeof n) == 0 ||
		        sendto(pair[0], "x", 1, 0, (struct sockaddr *)&a, 4) == 1 || listen(pair[0], 1) == 0)
			printf("a pair has an address\n");
	}
	return 0;
}
