// hello.cpp -- hello.c's dynamic brother: the loader and the streams of C++ are part of it.
#include <cerrno>
#include <iostream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **)
{
	if (argc < 2 && (getpid() != 2 || getuid() != 1000 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0 ||
	                        socket(AF_INET, SOCK_STREAM, 0) >= 0)) {
		std::cout << "a wall is down\n";
		return 1;
	}
	std::cout << "hello\n";
}
