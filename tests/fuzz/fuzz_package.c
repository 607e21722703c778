/* fuzz_package.c -- packages by strangers. The input is a zip; when it is none, the files of a
 * package as `path NUL text NUL path NUL ...`, so that the parser is reached without a zip's
 * checksums. A package without findings has all that an import needs. */
#include "base/mem.h"
#include "package/package.h"
#include "package/package_manifest.h"

static void unpack(struct package_tree *tree, const char *data, size_t size, struct findings *f)
{
	while (size > 0) {
		size_t name = strnlen(data, size), text;

		if (name == size)
			return;
		text = strnlen(data + name + 1, size - name - 1);
		package_add(tree, data, data + name + 1, text, f);
		if (name + 1 + text == size)
			return;
		data += name + text + 2;
		size -= name + text + 2;
	}
}

/* What is imported: all of its parts are there, and the manifest is JSON that names each file. */
static void check(struct package *p)
{
	struct manifest_time time = {0};
	auto_free char *text = package_manifest(p, &time);
	json_auto_t *manifest = json_loads(text, 0, NULL);
	const struct package_file **files;
	size_t n;

	if (!p->name || !p->settings || !p->validator_args || p->ncases == 0 || p->ngroups == 0 ||
	        p->limits.memory_kib <= 0 || p->limits.code_kib <= 0)
		abort();
	if (json_array_size(json_object_get(manifest, "cases")) != p->ncases)
		abort();
	files = package_blobs(p, &n);
	for (size_t i = 0; i < n; i++) {
		char hex[HASH_HEX_SIZE];

		hash_hex(files[i]->hash, hex);
		if (!strstr(text, hex))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__attribute__((cleanup(package_tree_free))) struct package_tree tree = {0};
	__attribute__((cleanup(package_free))) struct package p = {0};
	__attribute__((cleanup(findings_free))) struct findings f = {0};
	struct err err = {0};

	if (size < 2 || data[0] != 'P' || data[1] != 'K')
		unpack(&tree, (const char *)data, size, &f);
	else if (package_read_archive(&tree, data, size, &f, &err) < 0)
		return 0;
	package_parse(&tree, &p, &f);
	if (f.n == 0)
		check(&p);
	return 0;
}
