/* fuzz_box.c -- what codearena-box (root) parses: request packets and archives. An accepted request
 * obeys every promise of box.h; an accepted entry lies inside the data. */
#include "judge/archive.h"
#include "judge/box.h"
#include "judge/language.h"

#include <assert.h>

enum { NFDS = 5, PADDED = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how many descriptors come along, and how the rest is taken: as it is, or as
 * the beginning of a packet of the right size, magic and version, or these would be all there is.
 */
static void try_request(const uint8_t *data, size_t size)
{
	struct box_request p = {0}, q;
	struct err err = {0};
	bool whole = size > 0 && (data[0] & PADDED);
	int r;

	if (size == 0)
		return;
	memcpy(&p, data + 1, size - 1 < sizeof(p) ? size - 1 : sizeof(p));
	p.magic = BOX_MAGIC;
	p.version = BOX_VERSION_NUMBER;
	r = box_request_parse(whole ? (const void *)&p : data + 1, whole ? sizeof(p) : size - 1,
	        data[0] % NFDS, &q, &err);
	if (r < 0)
		return;
	assert(strnlen(q.language, sizeof(q.language)) < sizeof(q.language));
	assert(strnlen(q.entry, sizeof(q.entry)) < sizeof(q.entry));
	assert(!*q.language || language_is_name(q.language));
	assert(!*q.entry || language_is_name(q.entry));
	if (q.type == BOX_RUN || q.type == BOX_COMPILE || q.type == BOX_VALIDATE ||
	        q.type == BOX_INTERACTIVE)
		assert(box_limits_check(&q.limits, &err) == 0);
	if (q.type == BOX_INTERACTIVE)
		assert(box_limits_check(&q.jury, &err) == 0 && q.output_bytes > 0);
}

static void try_archive(const uint8_t *data, size_t size)
{
	struct archive a;
	struct archive_entry e;
	struct err err = {0};

	if (archive_open(&a, data, size, &err) < 0)
		return;
	while (archive_next(&a, &e, &err) > 0) {
		assert(archive_is_name(e.name) && e.name[0] != '/' && !strstr(e.name, "/../"));
		assert(strncmp(e.name, "../", 3) != 0);
		assert(e.data >= data && e.len <= size && e.data + e.len <= data + size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_request(data, size);
	try_archive(data, size);
	return 0;
}
