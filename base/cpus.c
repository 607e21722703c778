/* cpus.c -- see cpus.h. Kernel documents: admin-guide/cputopology.rst. */
#include "base/cpus.h"

#include "base/buf.h"

enum { MAX_LIST = 16384, LONGEST = 16 };

static const char system_folder[] = "/sys/devices/system/cpu";

/* A number of few digits, and where it ends; -1: none. */
static long read_number(const char **at)
{
	size_t digits = strspn(*at, "0123456789");
	long v = digits > 0 && digits < LONGEST ? strtol(*at, NULL, 10) : -1;

	*at += digits;
	return v;
}

int cpus_parse(const char *text, cpu_set_t *set, struct err *err)
{
	const char *at = text;

	CPU_ZERO(set);
	while (true) {
		long first = read_number(&at), last = first;

		if (*at == '-') {
			at++;
			last = read_number(&at);
		}
		if (first < 0 || last < first || last >= CPU_SETSIZE)
			break;
		for (long i = first; i <= last; i++)
			CPU_SET((unsigned)i, set);
		if (*at == '\0')
			return 0;
		if (*at++ != ',')
			break;
	}
	return err_set(err, ERR_INPUT, "no list of processors such as 0-3,6: \"%.60s\"", text);
}

static bool has(const cpu_set_t *set, long i)
{
	return i >= 0 && i < CPU_SETSIZE && CPU_ISSET((unsigned)i, set);
}

void cpus_print(const cpu_set_t *set, char *out, size_t size)
{
	static const char more[] = "...";
	size_t n = 0;

	out[0] = '\0';
	for (long i = 0; i < CPU_SETSIZE; i++) {
		long first = i;
		char word[2 * LONGEST];

		if (!has(set, i))
			continue;
		while (has(set, i + 1))
			i++;
		snprintf(word, sizeof(word), first < i ? "%s%ld-%ld" : "%s%ld", n ? "," : "", first,
		        i);
		if (n + strlen(word) + sizeof(more) > size) {
			snprintf(out + n, size - n, "%s", more);
			return;
		}
		n += (size_t)snprintf(out + n, size - n, "%s", word);
	}
}

static void drop_siblings_of(cpu_set_t *set, long cpu, const char *system)
{
	char path[256];
	auto_buf struct buf text = {0};
	struct err err = {0};
	cpu_set_t same;

	snprintf(path, sizeof(path), "%s/cpu%ld/topology/thread_siblings_list", system, cpu);
	if (buf_read_file(&text, path, MAX_LIST, &err) < 0)
		return;
	text.data[strcspn(text.data, "\n")] = '\0';
	if (cpus_parse(text.data, &same, &err) < 0)
		return;
	for (long i = cpu + 1; i < CPU_SETSIZE; i++)
		if (has(&same, i))
			CPU_CLR((unsigned)i, set);
}

void cpus_drop_siblings(cpu_set_t *set, const char *system)
{
	for (long i = 0; i < CPU_SETSIZE; i++)
		if (has(set, i))
			drop_siblings_of(set, i, system);
}

int cpus_usable(const char *wanted, bool avoid_siblings, cpu_set_t *set, struct err *err)
{
	cpu_set_t asked, missing;
	char text[CPUS_TEXT_SIZE];

	if (sched_getaffinity(0, sizeof(*set), set) < 0)
		return err_set(err, ERR_BUSY, "sched_getaffinity: %s", strerrordesc_np(errno));
	if (*wanted) {
		if (cpus_parse(wanted, &asked, err) < 0)
			return err_result(err);
		CPU_AND(set, set, &asked);
		CPU_XOR(&missing, set, &asked);
		cpus_print(&missing, text, sizeof(text));
		if (CPU_COUNT(&missing) > 0)
			return err_set(err, ERR_INPUT,
			        "cores: there is no processor %s for this program", text);
	}
	if (avoid_siblings)
		cpus_drop_siblings(set, system_folder);
	return 0;
}
