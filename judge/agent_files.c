/* agent_files.c -- see agent_files.h.
 *
 * What must stay true: each folder is a tmpfs of its own, made for one program or one step and
 * unmounted after it. Files that a step wrote are touched only when all of its processes are dead,
 * with the file system rights of the step's own uid, never through a link. */
#include "judge/agent_files.h"

#include "judge/agent.h"
#include "judge/archive.h"

#include <linux/openat2.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <fcntl.h>

enum {
	MAX_FOLDERS = 256,
	WORK_INODES = 32768,
	DATA_INODES = 16,
	DATA_SLACK = 1 << 20,
	PACK_SLACK = 1 << 20, /* names and headers */
};

static int set_errno(struct err *err, const char *what)
{
	return err_set(err, ERR_BUSY, "agent: %s: %s", what, strerrordesc_np(errno));
}

static void become_step(void)
{
	setfsgid(AGENT_TEST_UID);
	setfsuid(AGENT_TEST_UID);
}

static void become_root(void)
{
	setfsuid(0);
	setfsgid(0);
}

static int open_beneath(int dir, const char *name, int flags, mode_t mode)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
	        .mode = flags & O_CREAT ? mode : 0,
	        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
}

static int open_folder(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? set_errno(err, path) : fd;
}

/* Mounting. */

struct tmpfs {
	const char *path;
	int64_t bytes;
	int inodes;
	unsigned mode;
};

static int mount_fresh(const struct tmpfs *t, bool *mounted, struct err *err)
{
	char options[96];

	snprintf(options, sizeof(options), "size=%lld,nr_inodes=%d,mode=%o", (long long)t->bytes,
	        t->inodes, t->mode);
	if (mount("files", t->path, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
		return set_errno(err, t->path);
	*mounted = true;
	return 0;
}

static int unmount(const char *path, bool *mounted, struct err *err)
{
	if (*mounted && umount2(path, MNT_DETACH) < 0)
		return set_errno(err, path);
	*mounted = false;
	return 0;
}

/* Unpacking. */

static int make_parents(int dir, const char *name, struct err *err)
{
	char path[ARCHIVE_NAME_SIZE];

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - name), name);
		if (mkdirat(dir, path, 0755) < 0 && errno != EEXIST)
			return set_errno(err, "make folder");
	}
	return 0;
}

static int unpack_file(int dir, const struct archive_entry *e, struct err *err)
{
	auto_close int fd = -1;
	int r = make_parents(dir, e->name, err);

	if (r < 0)
		return r;
	fd = open_beneath(dir, e->name, O_WRONLY | O_CREAT | O_EXCL, e->executable ? 0755 : 0644);
	if (fd < 0)
		return set_errno(err, "unpack");
	return archive_write(fd, e->data, e->len, err);
}

/* All but the file `but` (NULL: all). */
static int unpack_map(
        const char *folder, const struct archive *whole, const char *but, struct err *err)
{
	auto_close int dir = open_folder(folder, err);
	struct archive ar;
	struct archive_entry e;
	int r = dir < 0 ? dir : archive_open(&ar, whole->data, whole->len, err);

	if (r < 0)
		return r;
	while ((r = archive_next(&ar, &e, err)) > 0) {
		r = but && strcmp(e.name, but) == 0 ? 0 : unpack_file(dir, &e, err);
		if (r < 0)
			return r;
	}
	return r;
}

/* Box has seen that the memfd is sealed and how large it is. */
static int unpack(const char *folder, int fd, const char *but, struct err *err)
{
	struct archive whole = {0};
	struct stat st;
	void *data;
	int r;

	if (fstat(fd, &st) < 0)
		return set_errno(err, "fstat");
	if (st.st_size <= 0)
		return err_set(err, ERR_INPUT, "empty archive");
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return set_errno(err, "mmap");
	whole.data = data;
	whole.len = (size_t)st.st_size;
	r = unpack_map(folder, &whole, but, err);
	munmap(data, (size_t)st.st_size);
	return r;
}

int files_unload(struct agent_files *f, struct err *err)
{
	return unmount(WORK_FOLDER, &f->work, err);
}

int files_load(struct agent_files *f, int archive, int64_t bytes, struct err *err)
{
	const struct tmpfs t = {WORK_FOLDER, bytes ? bytes : (int64_t)BOX_MAX_ARTIFACT_BYTES * 2,
	        WORK_INODES, bytes ? 0777 : 0755};
	int r = files_unload(f, err);

	if (r == 0)
		r = mount_fresh(&t, &f->work, err);
	if (r < 0)
		return r;
	/* whoever compiles may write into all folders: they are its own */
	if (bytes)
		become_step();
	r = unpack(WORK_FOLDER, archive, NULL, err);
	become_root();
	if (r < 0 || bytes)
		return r;
	if (mount(NULL, WORK_FOLDER, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0)
		return set_errno(err, "remount work folder");
	return 0;
}

/* The jury's data. */

static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? -1 : st.st_size;
}

/* Reads at an offset of its own: others may be reading the same open file. */
static int copy_file(int from, const char *path, struct err *err)
{
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	const off_t size = size_of(from);
	off_t done = 0;

	if (fd < 0 || size < 0)
		return set_errno(err, path);
	while (done < size) {
		ssize_t n = sendfile(fd, from, &done, (size_t)(size - done));

		if (n < 0)
			return set_errno(err, path);
		if (n == 0)
			return err_set(err, ERR_BUSY, "agent: %s: it has shrunk", path);
	}
	return 0;
}

static int make_feedback(struct agent_files *f, int archive, struct err *err)
{
	const struct tmpfs t = {
	        FEEDBACK_FOLDER, BOX_MAX_FEEDBACK_BYTES, BOX_MAX_FEEDBACK_FILES, 0777};
	int r;

	if (mkdir(FEEDBACK_FOLDER, 0755) < 0)
		return set_errno(err, FEEDBACK_FOLDER);
	r = mount_fresh(&t, &f->feedback, err);
	if (r < 0 || archive < 0)
		return r;
	/* the validator may write them again */
	become_step();
	r = unpack(FEEDBACK_FOLDER, archive, "nextpass.in", err);
	become_root();
	return r;
}

int files_mount_data(struct agent_files *f, int input, int answer, int feedback, struct err *err)
{
	const struct tmpfs t = {
	        DATA_FOLDER, size_of(input) + size_of(answer) + DATA_SLACK, DATA_INODES, 0755};
	int r = mount_fresh(&t, &f->data, err);

	if (r == 0)
		r = copy_file(input, DATA_FOLDER "/input", err);
	if (r == 0)
		r = copy_file(answer, DATA_FOLDER "/answer", err);
	return r < 0 ? r : make_feedback(f, feedback, err);
}

int files_unmount_data(struct agent_files *f, struct err *err)
{
	int r = unmount(FEEDBACK_FOLDER, &f->feedback, err);

	return r < 0 ? r : unmount(DATA_FOLDER, &f->data, err);
}

/* Packing what a step left. */

struct packer {
	int root;
	int out;
	const char *what;
	size_t files, max_files;
	size_t bytes, max_bytes;
	char folders[MAX_FOLDERS][ARCHIVE_NAME_SIZE]; /* still to do; [0] is the root */
	size_t nfolders;
};

static int pack_file(struct packer *p, const char *name, struct err *err)
{
	auto_close int fd = open_beneath(p->root, name, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	off_t left;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0; /* what the program's own uid cannot read is no part of it */
	p->bytes += (size_t)st.st_size;
	p->files++;
	if (p->bytes > p->max_bytes - PACK_SLACK || p->files > p->max_files)
		return err_set(err, ERR_INPUT, "%s is larger than %zu MiB or %zu files", p->what,
		        p->max_bytes >> 20, p->max_files);
	r = archive_add(p->out, name, st.st_mode & 0100, (size_t)st.st_size, err);
	if (r < 0)
		return r;
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(p->out, fd, NULL, (size_t)left);

		if (n <= 0)
			return set_errno(err, "pack");
		left -= n;
	}
	return 0;
}

static int pack_entry(struct packer *p, const char *name, struct err *err)
{
	struct stat st;

	if (fstatat(p->root, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISREG(st.st_mode))
		return pack_file(p, name, err);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (p->nfolders == MAX_FOLDERS)
		return err_set(err, ERR_INPUT, "%s has more than %d folders", p->what, MAX_FOLDERS);
	snprintf(p->folders[p->nfolders++], ARCHIVE_NAME_SIZE, "%s", name);
	return 0;
}

static void auto_dir_(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int pack_folder(struct packer *p, const char *folder, struct err *err)
{
	char name[ARCHIVE_NAME_SIZE];
	int fd = open_beneath(p->root, *folder ? folder : ".", O_RDONLY | O_DIRECTORY, 0);
	__attribute__((cleanup(auto_dir_))) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d)
		return 0;
	while ((e = readdir(d))) { // NOLINT(concurrency-mt-unsafe): one thread
		int n, r = 0;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n = snprintf(name, sizeof(name), "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		if (n > 0 && (size_t)n < sizeof(name) && archive_is_name(name))
			r = pack_entry(p, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int pack_all(struct packer *p, struct err *err)
{
	int r = archive_begin(p->out, err);

	p->nfolders = 1; /* the root, whose name is empty */
	for (size_t i = 0; r == 0 && i < p->nfolders; i++)
		r = pack_folder(p, p->folders[i], err);
	return r < 0 ? r : archive_end(p->out, err);
}

static int pack(struct packer *p, const char *folder, struct err *err)
{
	int r;

	p->root = open_folder(folder, err);
	if (p->root < 0)
		return p->root;
	become_step();
	r = pack_all(p, err);
	become_root();
	close(p->root);
	return r;
}

int files_pack_work(int out, struct err *err)
{
	static struct packer p; /* too large for a stack */

	p = (struct packer){.out = out,
	        .what = "the compiled program",
	        .max_files = BOX_MAX_ARTIFACT_FILES,
	        .max_bytes = BOX_MAX_ARTIFACT_BYTES};
	return pack(&p, WORK_FOLDER, err);
}

int files_pack_feedback(int out, struct err *err)
{
	static struct packer p;

	p = (struct packer){.out = out,
	        .what = "the feedback folder",
	        .max_files = BOX_MAX_FEEDBACK_FILES,
	        .max_bytes = BOX_MAX_FEEDBACK_BYTES};
	return pack(&p, FEEDBACK_FOLDER, err);
}
