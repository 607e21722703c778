// Calls that answer with an error; what is printed was allowed.
// expect: run exited 0
// stdout:
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#define TRY(call)                                                                                  \
	do {                                                                                       \
		if ((call) >= 0)                                                                   \
			printf("%s\n", #call);                                                     \
	} while (0)
int main(void)
{
	static char page[4096] __attribute__((aligned(4096)));
	cpu_set_t set;
	struct flock lock = {.l_type = F_RDLCK};
	int file = open("/usr/bin/env", O_RDONLY);

	setvbuf(stdout, 0, _IONBF, 0);
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof set, &set);
	TRY(syscall(SYS_unshare, CLONE_NEWUSER));
	TRY(syscall(SYS_unshare, CLONE_NEWNET));
	TRY(syscall(SYS_unshare, CLONE_NEWNS));
	TRY(syscall(SYS_setns, 0, 0));
	TRY(syscall(SYS_chroot, "/tmp"));
	TRY(syscall(SYS_clone, CLONE_NEWUSER, 0, 0, 0, 0));
	TRY(syscall(SYS_clone, CLONE_NEWPID | 17, 0, 0, 0, 0));
	TRY(syscall(SYS_clone3, page, 64));
	TRY(syscall(SYS_io_uring_setup, 8, page));
	TRY(syscall(SYS_io_uring_enter, 0, 0, 0, 0, 0));
	TRY(syscall(SYS_userfaultfd, 0));
	TRY(syscall(SYS_userfaultfd, 1));
	TRY(syscall(SYS_perf_event_open, page, 0, -1, -1, 0));
	TRY(syscall(SYS_process_vm_readv, getpid(), page, 1, page, 1, 0));
	TRY(syscall(SYS_process_vm_writev, getpid(), page, 1, page, 1, 0));
	TRY(syscall(SYS_open_by_handle_at, file, page, 0));
	TRY(syscall(SYS_name_to_handle_at, file, "", page, page, AT_EMPTY_PATH));
	TRY(syscall(SYS_personality, 0xffffffff));
	TRY(syscall(SYS_seccomp, 1, 0, page));
	TRY(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0));
	TRY(syscall(SYS_pidfd_open, getpid(), 0));
	TRY(syscall(SYS_inotify_init1, 0));
	TRY(syscall(SYS_fanotify_init, 0, 0));
	TRY(syscall(SYS_flock, file, 1));
	TRY(fcntl(file, F_SETLK, &lock));
	TRY(fcntl(file, F_GETLK, &lock));
	TRY(fcntl(file, F_SETLEASE, F_RDLCK));
	TRY(fcntl(file, F_NOTIFY, DN_ACCESS));
	TRY(fcntl(1, F_SETPIPE_SZ, 1 << 20));
	TRY(syscall(SYS_mincore, page, 4096, page));
	TRY(syscall(451, file, page, page, 0)); /* cachestat */
	TRY(syscall(SYS_shmget, 0, 4096, 01777));
	TRY(syscall(SYS_semget, 0, 1, 01777));
	TRY(syscall(SYS_msgget, 0, 01777));
	TRY(syscall(SYS_mq_open, "x", O_CREAT | O_RDWR, 0600, 0));
	TRY(syscall(SYS_sched_setaffinity, 0, sizeof set, &set));
	TRY(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, page));
	TRY(syscall(SYS_setpriority, 0, 0, -20));
	TRY(syscall(SYS_setuid, 0));
	TRY(syscall(SYS_setgid, 0));
	TRY(syscall(SYS_setresuid, 0, 0, 0));
	TRY(syscall(SYS_setgroups, 0, 0));
	TRY(syscall(SYS_capset, page, page));
	TRY(syscall(SYS_chown, "/tmp", 0, 0));
	TRY(syscall(SYS_mknod, "/tmp/d", 0020666, 0x103));
	TRY(syscall(SYS_mknodat, -100, "/tmp/d", 0060666, 0x800));
	TRY(syscall(SYS_sethostname, "x", 1));
	TRY(syscall(SYS_setdomainname, "x", 1));
	TRY(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
	TRY(syscall(SYS_kexec_load, 0, 0, 0, 0));
	TRY(syscall(SYS_swapon, "/tmp/x", 0));
	TRY(syscall(SYS_syslog, 3, page, 4096));
	TRY(syscall(SYS_settimeofday, page, 0));
	TRY(syscall(SYS_clock_settime, 0, page));
	TRY(syscall(SYS_adjtimex, page));
	TRY(syscall(SYS_acct, 0));
	TRY(syscall(SYS_quotactl, 0, 0, 0, 0));
	TRY(syscall(SYS_iopl, 3));
	TRY(syscall(SYS_ioperm, 0, 1, 1));
	TRY(syscall(SYS_modify_ldt, 0, page, 16));
	TRY(syscall(SYS_vmsplice, 1, page, 0, 0));
	TRY(syscall(SYS_splice, 0, 0, 1, 0, 1, 0));
	TRY(syscall(SYS_tee, 0, 1, 1, 0));
	TRY(syscall(SYS_memfd_secret, 0));
	TRY(syscall(SYS_landlock_create_ruleset, 0, 0, 1));
	TRY(syscall(SYS_execveat, file, "", page, page, AT_EMPTY_PATH));
	TRY(syscall(SYS_sync));
	TRY(syscall(SYS_syncfs, file));
	TRY(syscall(SYS_mlockall, 1));
	TRY(syscall(SYS_move_pages, 0, 0, 0, 0, 0, 0));
	TRY(syscall(SYS_migrate_pages, 0, 0, 0, 0));
	TRY(syscall(SYS_rt_sigqueueinfo, getpid(), 31, page));
	TRY(kill(getpid(), 31));
	TRY(syscall(SYS_tgkill, getpid(), getpid(), 31));
	TRY(syscall(SYS_tkill, getpid(), 31));
	TRY(syscall(500));
	TRY(syscall(1000));
	return 0;
}
