/* cmd_unpack.c -- `codearena problem unpack`: a stranger's package, from stdin to frames on stdout
 * (model/problem.h), in a process without rights.
 *
 * The judge host starts it for packages that came over HTTP. Before it reads a byte it gives up
 * everything: no new privileges, no files (none can be opened, none can grow), no processes, no
 * network, bounded memory and CPU time; seccomp leaves read, write, memory and the end. What a
 * mistake in an archive or YAML library could then do is to write other frames, and those are
 * checked by who reads them. */
#include "admin/admin.h"
#include "base/mem.h"
#include "judge/archive.h"
#include "model/problem.h"
#include "package/package.h"
#include "package/package_manifest.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { MEMORY_MAX = 3072, CPU_S = 120, MIB = 1 << 20, UPLOAD_MAX = PACKAGE_MAX_BYTES };

static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(mmap),
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk),
        SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
        SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
        SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid)};

static int limit(int what, rlim_t value, struct err *err)
{
	const struct rlimit l = {value, value};

	if (setrlimit((__rlimit_resource_t)what, &l) < 0)
		return err_set(err, ERR_BUG, "setrlimit: %s", strerrordesc_np(errno));
	return 0;
}

static int lock(struct err *err)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = f ? 0 : -1;

	for (size_t i = 0; i < ARRAY_LEN(allowed) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r == 0 ? 0 : err_set(err, ERR_BUG, "seccomp: %s", strerrordesc_np(-r));
}

#ifdef __SANITIZE_ADDRESS__
/* Looking for leaks at the end needs a thread, which is a right that was given up. */
static bool has_no_rights;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return has_no_rights;
}
#endif

static int give_up_rights(struct err *err)
{
#ifdef __SANITIZE_ADDRESS__ /* whose shadow is larger than any limit */
	has_no_rights = true;
#else
	if (limit(RLIMIT_AS, (rlim_t)MEMORY_MAX * MIB, err) < 0)
		return err_result(err);
#endif
	if (limit(RLIMIT_CPU, CPU_S, err) < 0 || limit(RLIMIT_FSIZE, 0, err) < 0 ||
	        limit(RLIMIT_CORE, 0, err) < 0 || limit(RLIMIT_NOFILE, 3, err) < 0)
		return err_result(err);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_set(err, ERR_BUG, "prctl: %s", strerrordesc_np(errno));
	return lock(err);
}

/* ---- frames */

static int put_frame(int kind, const void *data, size_t len, struct err *err)
{
	unsigned char header[PROBLEM_FRAME_HEADER];

	problem_frame_put(header, kind, len);
	if (archive_write(STDOUT_FILENO, header, sizeof(header), err) < 0)
		return err_result(err);
	return archive_write(STDOUT_FILENO, data, len, err);
}

static int put_lines(int kind, const struct findings *f, struct err *err)
{
	return put_frame(kind, f->text.data ? f->text.data : "", f->text.len, err);
}

static int put_package(struct package *p, struct err *err)
{
	const struct manifest_time time = {0};
	size_t n;
	const struct package_file **files = package_blobs(p, &n);
	auto_free char *text = package_manifest(p, &time);

	for (size_t i = 0; i < n; i++) {
		if (put_frame(PROBLEM_FRAME_FILE, files[i]->data, files[i]->len, err) < 0)
			return err_result(err);
	}
	if (put_lines(PROBLEM_FRAME_NOTES, &p->notes, err) < 0)
		return err_result(err);
	return put_frame(PROBLEM_FRAME_MANIFEST, text, strlen(text), err);
}

static int unpack(const struct buf *archive, struct findings *f, struct err *err)
{
	__attribute__((cleanup(package_tree_free))) struct package_tree tree = {0};
	__attribute__((cleanup(package_free))) struct package p = {0};
	struct err broken = {0};

	if (package_read_archive(
	            &tree, archive->data ? archive->data : "", archive->len, f, &broken) < 0)
		findings_add(f, "%s", broken.msg);
	else
		package_parse(&tree, &p, f);
	if (f->n == 0)
		return put_package(&p, err);
	if (put_lines(PROBLEM_FRAME_NOTES, &p.notes, err) < 0)
		return err_result(err);
	return put_lines(PROBLEM_FRAME_ERRORS, f, err);
}

int problem_unpack(struct admin *admin UNUSED, const struct args *args UNUSED, struct err *err)
{
	__attribute__((cleanup(findings_free))) struct findings f = {0};
	auto_buf struct buf archive = {0};

	if (give_up_rights(err) < 0 || buf_read_fd(&archive, STDIN_FILENO, UPLOAD_MAX, err) < 0)
		return err_result(err);
	return unpack(&archive, &f, err);
}
