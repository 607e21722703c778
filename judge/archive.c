/* archive.c -- see archive.h. Uses neither allocation nor stdio: the agent links it. */
#include "judge/archive.h"

static const char magic[8] = "CAar1\0\1";

/* One per file; a name length of 0 is the end mark. */
struct entry_header {
	uint32_t name_len;
	uint32_t flags;
	uint64_t size;
};

bool archive_is_name(const char *name)
{
	const char *part = name;

	if (strlen(name) >= ARCHIVE_NAME_SIZE)
		return false;
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ')
			return false;
	for (;;) {
		size_t n = strcspn(part, "/");

		if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && memcmp(part, "..", 2) == 0))
			return false;
		if (!part[n])
			return true;
		part += n + 1;
	}
}

int archive_open(struct archive *a, const void *data, size_t len, struct err *err)
{
	if (len < sizeof(magic) || memcmp(data, magic, sizeof(magic)) != 0)
		return err_set(err, ERR_INPUT, "not an archive");
	*a = (struct archive){.data = data, .len = len, .pos = sizeof(magic)};
	return 0;
}

int archive_next(struct archive *a, struct archive_entry *e, struct err *err)
{
	struct entry_header h;

	if (a->len - a->pos < sizeof(h))
		return err_set(err, ERR_INPUT, "archive is cut off");
	memcpy(&h, a->data + a->pos, sizeof(h));
	a->pos += sizeof(h);
	if (h.name_len == 0)
		return 0;
	if (h.name_len >= ARCHIVE_NAME_SIZE || h.flags > ARCHIVE_EXECUTABLE)
		return err_set(err, ERR_INPUT, "archive holds no file at %zu", a->pos);
	if (a->len - a->pos < h.name_len || a->len - a->pos - h.name_len < h.size)
		return err_set(err, ERR_INPUT, "archive is cut off");
	memcpy(e->name, a->data + a->pos, h.name_len);
	e->name[h.name_len] = 0;
	if (strlen(e->name) != h.name_len || !archive_is_name(e->name))
		return err_set(err, ERR_INPUT, "archive holds a file name that is none");
	e->executable = h.flags & ARCHIVE_EXECUTABLE;
	e->data = a->data + a->pos + h.name_len;
	e->len = (size_t)h.size;
	a->pos += h.name_len + (size_t)h.size;
	return 1;
}

int archive_write(int fd, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_BUSY, "archive: write: %s", strerrordesc_np(errno));
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int archive_begin(int fd, struct err *err)
{
	return archive_write(fd, magic, sizeof(magic), err);
}

int archive_add(int fd, const char *name, bool executable, size_t len, struct err *err)
{
	struct entry_header h = {
	        .name_len = (uint32_t)strlen(name), .flags = executable, .size = len};
	int r;

	if (!archive_is_name(name))
		return err_set(err, ERR_INPUT, "no file name: \"%.60s\"", name);
	r = archive_write(fd, &h, sizeof(h), err);
	return r < 0 ? r : archive_write(fd, name, h.name_len, err);
}

int archive_end(int fd, struct err *err)
{
	struct entry_header h = {0};

	return archive_write(fd, &h, sizeof(h), err);
}
