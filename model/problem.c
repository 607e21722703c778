/* problem.c -- see problem.h. Chunks of 1 MiB, as the schema wants them. */
#include "model/problem.h"

#include "base/mem.h"

enum { CHUNK = 1 << 20 };

int problem_put_data(struct pg *pg, const void *data, size_t len, struct err *err)
{
	auto_pgresult PGresult *res = NULL;
	auto_arena struct arena a = {0};
	unsigned char digest[HASH_SIZE];
	const char *hash;

	hash_sha256(data, len, digest);
	hash = pg_arg_bytes(&a, digest, HASH_SIZE);
	if (pg_run(pg, Q_PROBLEM_DATA_ADD, &res, err, hash, pg_arg_int(&a, (int64_t)len)) < 0)
		return err_result(err);
	if (PQntuples(res) == 0)
		return 0; /* it is there */
	for (size_t at = 0; at < len; at += CHUNK) {
		size_t n = len - at < CHUNK ? len - at : CHUNK;
		auto_arena struct arena chunk = {0};

		if (pg_run(pg, Q_PROBLEM_DATA_CHUNK, NULL, err, hash,
		            pg_arg_int(&chunk, (int64_t)(at / CHUNK)),
		            pg_arg_bytes(&chunk, (const char *)data + at, n)) < 0)
			return err_result(err);
	}
	return 0;
}

void problem_frame_put(unsigned char out[PROBLEM_FRAME_HEADER], int kind, uint64_t len)
{
	out[0] = (unsigned char)kind;
	for (int i = 1; i < PROBLEM_FRAME_HEADER; i++, len >>= 8)
		out[i] = (unsigned char)(len & 0xff);
}

uint64_t problem_frame_length(const unsigned char header[PROBLEM_FRAME_HEADER])
{
	uint64_t len = 0;

	for (int i = PROBLEM_FRAME_HEADER - 1; i > 0; i--)
		len = len << 8 | header[i];
	return len;
}

int problem_import(struct pg *pg, const struct problem_manifest *m, struct problem_imported *out,
        struct err *err)
{
	auto_pgresult PGresult *res = NULL;

	if (pg_run(pg, Q_PROBLEM_IMPORT, &res, err, m->id, m->text, m->actor) < 0)
		return err_wrap(err, "problem %s", m->id);
	out->version = pg_int(res, 0, "version");
	out->same = pg_bool(res, 0, "same");
	return 0;
}
