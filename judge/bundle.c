/* bundle.c -- see bundle.h. The facts behind each member of config.json:
 * - user namespace with 65,536 uids of its own: root inside is nobody outside;
 * - SYS_ADMIN (mounts, namespaces), SETUID and SETGID suffice for the agent;
 * - hard limits are set here, because the agent cannot raise them;
 * - no terminal, empty network namespace, all of /dev but the harmless devices denied. */
#include "judge/bundle.h"

#include "base/buf.h"
#include "base/mem.h"
#include "judge/archive.h"

#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>

enum { UIDS = 65536, NOFILE = 4096 };

static const char *const folders[] = {"usr", "etc", "proc", "dev", "tmp", "work", "data"};

static const struct {
	const char *name, *target;
} links[] = {{"bin", "usr/bin"}, {"sbin", "usr/sbin"}, {"lib", "usr/lib"}, {"lib32", "usr/lib32"},
        {"lib64", "usr/lib64"}, {"libx32", "usr/libx32"}};

/* Of /etc only what compilers and runtimes need. */
static const char *const etc_patterns[] = {
        "alternatives", "ld.so.cache", "java-*", "fpc*.cfg", "mono", "kotlin"};

/* Calls that nothing in a container needs, the agent included; a step's own filter is far
 * stricter. */
static const char *const denied_calls[] = {"acct", "add_key", "bpf", "clock_adjtime",
        "clock_settime", "create_module", "delete_module", "fanotify_init", "finit_module",
        "init_module", "io_uring_setup", "io_uring_enter", "io_uring_register", "ioperm", "iopl",
        "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mbind", "move_pages",
        "name_to_handle_at", "nfsservctl", "open_by_handle_at", "perf_event_open", "pidfd_getfd",
        "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "query_module",
        "quotactl", "reboot", "request_key", "set_mempolicy", "settimeofday", "stime", "swapoff",
        "swapon", "sysfs", "_sysctl", "syslog", "uselib", "userfaultfd", "ustat", "vm86",
        "vm86old"};

static int fail(struct err *err, const char *what, const char *path)
{
	return err_set(err, ERR_BUSY, "root: %s %s: %s", what, path, strerrordesc_np(errno));
}

/* The root folder. */

static int copy_agent(const char *root, const char *agent, struct err *err)
{
	char path[BUNDLE_PATH_SIZE + 16];
	auto_close int in = open(agent, O_RDONLY | O_CLOEXEC);
	auto_close int out = -1;
	struct stat st;

	snprintf(path, sizeof(path), "%s/agent", root);
	if (in < 0 || fstat(in, &st) < 0)
		return fail(err, "open", agent);
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);
	if (out < 0)
		return fail(err, "create", path);
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			return fail(err, "copy", agent);
		left -= n;
	}
	return 0;
}

static int make_skeleton(const char *root, struct err *err)
{
	char path[BUNDLE_PATH_SIZE + 32];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
		if (mkdir(path, 0755) < 0)
			return fail(err, "mkdir", path);
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, links[i].name);
		if (symlink(links[i].target, path) < 0)
			return fail(err, "symlink", path);
	}
	return 0;
}

static int add_bind(struct bundle_root *r, const char *from, const char *to, struct err *err)
{
	if (r->nbinds == BUNDLE_MAX_BINDS)
		return err_set(err, ERR_BUSY, "root: more than %d binds", BUNDLE_MAX_BINDS);
	snprintf(r->binds[r->nbinds].from, BUNDLE_PATH_SIZE, "%s", from);
	snprintf(r->binds[r->nbinds].to, BUNDLE_PATH_SIZE, "%s", to);
	r->nbinds++;
	return 0;
}

/* One name of /etc: a link is made again, a folder or file is bound. */
static int add_etc(struct bundle_root *r, const char *prefix, const char *name, struct err *err)
{
	char from[BUNDLE_PATH_SIZE], to[BUNDLE_PATH_SIZE], in_root[2 * BUNDLE_PATH_SIZE];
	char target[BUNDLE_PATH_SIZE] = "";
	auto_close int fd = -1;
	struct stat st;

	snprintf(from, sizeof(from), "%s/etc/%s", prefix, name);
	snprintf(to, sizeof(to), "/etc/%s", name);
	snprintf(in_root, sizeof(in_root), "%s%s", r->path, to);
	if (lstat(from, &st) < 0)
		return fail(err, "stat", from);
	if (S_ISLNK(st.st_mode)) {
		if (readlink(from, target, sizeof(target) - 1) < 0 || symlink(target, in_root) < 0)
			return fail(err, "symlink", from);
		return 0;
	}
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(in_root, 0755) < 0)
			return fail(err, "mkdir", in_root);
	} else {
		fd = open(in_root, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
		if (fd < 0)
			return fail(err, "create", in_root);
	}
	return add_bind(r, from, to, err);
}

static bool is_wanted(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(etc_patterns); i++)
		if (fnmatch(etc_patterns[i], name, 0) == 0)
			return true;
	return false;
}

static int add_all_etc(struct bundle_root *r, const char *prefix, struct err *err)
{
	char path[BUNDLE_PATH_SIZE];
	const struct dirent *e;
	DIR *d;
	int code = 0;

	snprintf(path, sizeof(path), "%s/etc", prefix);
	d = opendir(path);
	if (!d)
		return fail(err, "open", path);
	while (code == 0 && (e = readdir(d))) // NOLINT(concurrency-mt-unsafe): one thread
		if (is_wanted(e->d_name))
			code = add_etc(r, prefix, e->d_name, err);
	closedir(d);
	return code;
}

int bundle_root_make(struct bundle_root *r, const char *path, const char *language_root,
        const char *agent, struct err *err)
{
	const char *prefix = strcmp(language_root, "host") == 0 ? "" : language_root;
	char usr[BUNDLE_PATH_SIZE];
	int code;

	memset(r, 0, sizeof(*r));
	snprintf(r->path, sizeof(r->path), "%s", path);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return fail(err, "mkdir", path);
	if (mount("root", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=755") < 0)
		return fail(err, "mount tmpfs on", path);
	snprintf(usr, sizeof(usr), "%s/usr", prefix);
	code = make_skeleton(path, err);
	if (code == 0)
		code = copy_agent(path, agent, err);
	if (code == 0)
		code = add_bind(r, usr, "/usr", err);
	return code < 0 ? code : add_all_etc(r, prefix, err);
}

int bundle_root_show(
        const struct bundle_root *r, const char *folder, const char *name, struct err *err)
{
	const unsigned long flags =
	        MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char path[BUNDLE_PATH_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s", r->path, name);
	if (mkdir(path, 0755) < 0)
		return fail(err, "mkdir", path);
	if (mount(folder, path, NULL, MS_BIND, NULL) < 0 ||
	        mount(NULL, path, NULL, flags, NULL) < 0)
		return fail(err, "bind", path);
	return 0;
}

/* config.json */

static json_t *texts(const char *const *words, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, json_string(words[i]));
	return a;
}

#define TEXTS(...)                                                                                 \
	texts((const char *const[]){__VA_ARGS__}, ARRAY_LEN(((const char *const[]){__VA_ARGS__})))

static json_t *limit(const char *type, json_int_t value)
{
	return json_pack("{s:s, s:I, s:I}", "type", type, "hard", value, "soft", value);
}

static json_t *stack_limit(void)
{
	/* RLIM_INFINITY does not fit a jansson integer; the runtime reads a number */
	return json_pack("{s:s, s:f, s:i}", "type", "RLIMIT_STACK", "hard", 18446744073709551615.0,
	        "soft", 8 << 20);
}

static json_t *process(void)
{
	json_t *caps = TEXTS("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID");

	return json_pack("{s:b, s:{s:i, s:i}, s:o, s:o, s:s, s:b, s:{s:O, s:O, s:o}, s:[o, o, o]}",
	        "terminal", 0, "user", "uid", 0, "gid", 0, "args", TEXTS("/agent"), "env",
	        TEXTS("PATH=/usr/bin"), "cwd", "/", "noNewPrivileges", 1, "capabilities",
	        "bounding", caps, "effective", caps, "permitted", caps, "rlimits",
	        limit("RLIMIT_NOFILE", NOFILE), limit("RLIMIT_CORE", 1), stack_limit());
}

static json_t *mount_entry(const char *to, const char *type, const char *from, json_t *options)
{
	return json_pack("{s:s, s:s, s:s, s:o}", "destination", to, "type", type, "source", from,
	        "options", options);
}

static json_t *mounts(const struct bundle_root *r)
{
	json_t *a = json_array();

	json_array_append_new(
	        a, mount_entry("/proc", "proc", "proc", TEXTS("nosuid", "noexec", "nodev")));
	json_array_append_new(a, mount_entry("/dev", "tmpfs", "dev",
	                                 TEXTS("nosuid", "noexec", "mode=755", "size=64k")));
	for (size_t i = 0; i < r->nbinds; i++)
		json_array_append_new(a, mount_entry(r->binds[i].to, "bind", r->binds[i].from,
		                                 TEXTS("bind", "ro", "nosuid", "nodev")));
	return a;
}

static json_t *namespaces(void)
{
	static const char *const types[] = {
	        "pid", "mount", "ipc", "uts", "network", "cgroup", "user"};
	json_t *a = json_array();

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		json_array_append_new(a, json_pack("{s:s}", "type", types[i]));
	return a;
}

static json_t *uid_map(uid_t first)
{
	return json_pack(
	        "[{s:i, s:I, s:i}]", "containerID", 0, "hostID", (json_int_t)first, "size", UIDS);
}

static json_t *seccomp(void)
{
	/* All three: libseccomp kills calls of an architecture it was not told of, but the step's
	 * own filter shall answer them. */
	json_t *machines = TEXTS("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");

	return json_pack("{s:s, s:o, s:[{s:o, s:s, s:i}]}", "defaultAction", "SCMP_ACT_ALLOW",
	        "architectures", machines, "syscalls", "names",
	        texts(denied_calls, ARRAY_LEN(denied_calls)), "action", "SCMP_ACT_ERRNO",
	        "errnoRet", EPERM);
}

static json_t *resources(const struct bundle *b)
{
	return json_pack("{s:[{s:b, s:s}], s:{s:I, s:I}, s:{s:I}}", "devices", "allow", 0, "access",
	        "rwm", "memory", "limit", (json_int_t)b->memory_bytes, "swap",
	        (json_int_t)b->memory_bytes, "pids", "limit", (json_int_t)b->pids);
}

json_t *bundle_config(const struct bundle *b)
{
	json_t *masked = TEXTS("/proc/kcore", "/proc/keys", "/proc/kallsyms", "/proc/timer_list",
	        "/proc/sched_debug", "/proc/scsi", "/proc/acpi", "/proc/latency_stats");
	json_t *readonly = TEXTS("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs");

	return json_pack("{s:s, s:o, s:{s:s, s:b}, s:s, s:o, "
	                 "s:{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}}",
	        "ociVersion", "1.0.2", "process", process(), "root", "path", b->root->path,
	        "readonly", 1, "hostname", "box", "mounts", mounts(b->root), "linux", "namespaces",
	        namespaces(), "resources", resources(b), "cgroupsPath", b->cgroup_path,
	        "rootfsPropagation", "private", "uidMappings", uid_map(b->first_uid), "gidMappings",
	        uid_map(b->first_uid), "seccomp", seccomp(), "maskedPaths", masked, "readonlyPaths",
	        readonly);
}

/* jansson prints the one number above 2^63 as a real; OCI wants an integer. */
static char *config_text(const json_t *config)
{
	static const char real[] = "1.8446744073709552e19", integer[] = "18446744073709551615";
	auto_free char *text = json_dumps(config, JSON_INDENT(1));
	const char *at = text ? strstr(text, real) : NULL;

	if (!at)
		return steal(&text);
	return xasprintf("%.*s%s%s", (int)(at - text), text, integer, at + strlen(real));
}

int bundle_write(const struct bundle *b, const char *dir, struct err *err)
{
	char path[BUNDLE_PATH_SIZE + 16];
	json_auto_t *config = bundle_config(b);
	auto_free char *text = config ? config_text(config) : NULL;
	auto_close int fd = -1;

	if (!text)
		return err_set(err, ERR_BUG, "bundle: no config.json");
	snprintf(path, sizeof(path), "%s/config.json", dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return fail(err, "mkdir", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, "create", path);
	return archive_write(fd, text, strlen(text), err);
}
