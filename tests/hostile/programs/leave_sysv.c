// What only the kernel keeps: a program would find what the one before it left (walls.test.mjs).
// expect: run exited 0
#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
int main(void)
{
	if (shmget(77, 0, 0) >= 0 || msgget(77, 0) >= 0 || semget(77, 0, 0) >= 0 || mq_open("/left", O_RDONLY) >= 0)
		return 1;
	shmget(77, 4096, IPC_CREAT | 0666);
	msgget(77, IPC_CREAT | 0666);
	semget(77, 1, IPC_CREAT | 0666);
	mq_open("/left", O_RDWR | O_CREAT, 0666, 0);
	return 0;
}
