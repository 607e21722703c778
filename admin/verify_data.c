/* verify_data.c -- what `problem verify` asks of a package's data: every input passes every input
 * validator, every answer the answer validators, the probes get what they must, and outputs that
 * the package gives are accepted. */
#include "admin/verify.h"

#include "base/mem.h"

enum {
	KIB = 1024,
	SAID_SHOWN = 200,
	CHECK_MS = 60000, /* an input validator's time */
	VALID = 42,
};

/* ---- programs */

static struct execution execution_of(struct verify *v, size_t slot)
{
	return (struct execution){.box = v->box->boxes[slot], .alone = v->alone, .stop = v->stop};
}

size_t verify_words(package_args words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

struct box_source *verify_sources(struct arena *a, const struct package_source *files, size_t n)
{
	struct box_source *out = arena_alloc(a, (n + 1) * sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] =
		        (struct box_source){files[i].name, files[i].file->data, files[i].file->len};
	return out;
}

int verify_compile(struct verify *v, const struct package_program *p, const struct validator **out,
        struct err *err)
{
	auto_arena struct arena a = {0};
	struct execution x = execution_of(v, 0);
	struct jury_source source = {.name = p->name,
	        .files = verify_sources(&a, p->sources, p->nsources),
	        .n = p->nsources,
	        .script = p->build || p->run};

	return jury_program(v->jury, &x, &source, out, err);
}

/* A program that does not compile is a finding; NULL then. */
static int compile_or_say(struct verify *v, const char *what, const struct package_program *p,
        const struct validator **out, struct err *err)
{
	struct err mine = {0};

	*out = NULL;
	if (verify_compile(v, p, out, &mine) == 0)
		return 0;
	if (mine.code != ERR_INPUT) {
		*err = mine;
		return err_wrap(err, "%s", what);
	}
	verify_complain(v, "%s: %s", what, mine.msg);
	return 0;
}

struct program_list {
	const char *what;
	const struct package_program *programs;
	size_t n;
};

static int compile_list(struct verify *v, const struct program_list *list,
        const struct validator ***out, struct err *err)
{
	*out = arena_alloc(v->a, (list->n + 1) * sizeof(struct validator *));
	for (size_t i = 0; i < list->n; i++)
		if (compile_or_say(v, list->what, &list->programs[i], &(*out)[i], err) < 0)
			return err_result(err);
	return 0;
}

/* ---- inputs and answers */

/* What an input or answer validator says: 1 valid, 0 not, negative: fault. */
static int ask(struct verify *v, size_t slot, struct jury_filter *f, struct err *err)
{
	struct execution x = execution_of(v, slot);
	struct box_result r;

	f->time_ms = CHECK_MS;
	f->memory_bytes = v->p->limits.validation_memory_kib * KIB;
	if (jury_filter(&x, f, &r, err) < 0)
		return err_result(err);
	pthread_mutex_lock(&v->lock);
	v->cpu_us += r.cpu_us;
	pthread_mutex_unlock(&v->lock);
	if (r.end == BOX_END_EXITED && r.exit_code == VALID)
		return 1;
	return 0;
}

static const char *said_of(const struct buf *said)
{
	return said->data ? said->data : "";
}

struct input_check {
	const char *name;
	const struct package_file *input;
	const json_t *args;
	package_args own; /* behind them: the submission's */
	const struct package_source *files;
	size_t nfiles;
	bool must_be_valid;
};

static void check_input(struct verify *v, size_t slot, const struct input_check *c)
{
	auto_arena struct arena a = {0};
	struct err err = {0};
	auto_close int fd = box_memfd(c->input->data, c->input->len, &err);
	bool refused = false;

	for (size_t i = 0; i < v->p->ninput_validators && fd >= 0; i++) {
		auto_buf struct buf said = {0};
		package_args args =
		        package_input_args(&a, c->args, c->own, v->p->input_validators[i].name);
		struct jury_filter f = {.program = v->inputs[i],
		        .stdin_fd = fd,
		        .args = args,
		        .nargs = verify_words(args),
		        .files = verify_sources(&a, c->files, c->nfiles),
		        .nfiles = c->nfiles,
		        .said = &said};
		int valid = v->inputs[i] ? ask(v, slot, &f, &err) : 1;

		if (valid < 0) {
			verify_complain(v, "%s: input validator %s: %s", c->name,
			        v->inputs[i]->name, err.msg);
			(void)verify_box_again(v->box, slot, &err);
		} else if (!valid && c->must_be_valid) {
			verify_complain(v, "data/%s.in: input validator %s refuses it: %.*s",
			        c->name, v->inputs[i]->name, SAID_SHOWN, said_of(&said));
		}
		refused = refused || valid == 0;
	}
	if (!refused && !c->must_be_valid && v->p->ninput_validators > 0)
		verify_complain(v, "data/%s.in: no input validator refuses it", c->name);
}

/* ---- outputs that must be accepted, or not */

struct output_check {
	const char *name;
	const struct package_file *input, *answer, *output;
	package_args args;
	bool accepted;
};

static int judge_output(struct verify *v, size_t slot, const struct output_check *c,
        struct outcome *out, struct err *err)
{
	struct execution x = execution_of(v, slot);
	auto_close int input = box_memfd(c->input->data, c->input->len, err);
	auto_close int answer = box_memfd(c->answer->data, c->answer->len, err);
	auto_close int output = box_memfd(c->output->data, c->output->len, err);
	struct compare_flags flags = {0};
	struct test_case t = {.input_fd = input,
	        .answer_fd = answer,
	        .flags = &flags,
	        .validation = v->problem.validation,
	        .validator_args = c->args,
	        .nvalidator_args = verify_words(c->args)};

	if (!t.validation && trial_flags(c->args, t.nvalidator_args, &flags, err) < 0)
		return err_result(err);
	if (input < 0 || answer < 0 || output < 0)
		return err_result(err);
	return execute_output(&x, &t, output, out, err);
}

static void check_output(struct verify *v, size_t slot, const struct output_check *c)
{
	auto_free struct outcome *out = xcalloc(1, sizeof(*out));
	struct err err = {0};

	if (judge_output(v, slot, c, out, &err) < 0) {
		verify_complain(v, "data/%s.out: %s", c->name, err.msg);
		(void)verify_box_again(v->box, slot, &err);
	} else if (c->accepted != (out->verdict == VERDICT_AC)) {
		verify_complain(v, "data/%s.out: %s by the output validator%s%.*s", c->name,
		        c->accepted ? "refused" : "accepted", out->message[0] ? ": " : "",
		        SAID_SHOWN, out->message);
	}
}

/* ---- the round: cases, then probes */

static void check_answer(struct verify *v, size_t slot, const struct package_case *c)
{
	struct err err = {0};
	auto_close int input = box_memfd(c->input->data, c->input->len, &err);
	auto_close int answer = box_memfd(c->answer->data, c->answer->len, &err);

	for (size_t i = 0; i < v->p->nanswer_validators && input >= 0 && answer >= 0; i++) {
		auto_buf struct buf said = {0};
		struct jury_filter f = {.program = v->answers[i],
		        .stdin_fd = answer,
		        .with_case = true,
		        .input_fd = input,
		        .answer_fd = answer,
		        .args = c->validator_args,
		        .nargs = verify_words(c->validator_args),
		        .said = &said};
		int valid = v->answers[i] ? ask(v, slot, &f, &err) : 1;

		if (valid < 0)
			(void)verify_box_again(v->box, slot, &err);
		if (valid <= 0)
			verify_complain(v, "data/%s.ans: answer validator %s refuses it: %.*s",
			        c->name, v->answers[i]->name, SAID_SHOWN,
			        valid < 0 ? err.msg : said_of(&said));
	}
}

static void check_case(struct verify *v, size_t slot, const struct package_case *c)
{
	const struct input_check in = {.name = c->name,
	        .input = c->input,
	        .args = c->input_validator_args,
	        .own = c->args,
	        .files = c->files,
	        .nfiles = c->nfiles,
	        .must_be_valid = true};
	const struct output_check out = {
	        c->name, c->input, c->answer, c->out, c->validator_args, true};

	if (c->is_static)
		return; /* it has no data */
	check_input(v, slot, &in);
	check_answer(v, slot, c);
	if (c->out && !v->p->interactive && !v->p->multi_pass)
		check_output(v, slot, &out);
}

static void check_probe(struct verify *v, size_t slot, const struct package_probe *p)
{
	const struct input_check in = {.name = p->name,
	        .input = p->input,
	        .args = p->input_validator_args,
	        .own = p->args,
	        .must_be_valid = p->kind != PACKAGE_INVALID_INPUT};
	const struct output_check out = {p->name, p->input, p->answer, p->output, p->validator_args,
	        p->kind == PACKAGE_VALID_OUTPUT};

	check_input(v, slot, &in);
	if (p->kind != PACKAGE_INVALID_INPUT && p->answer && p->output && !v->p->interactive &&
	        !v->p->multi_pass)
		check_output(v, slot, &out);
}

static void data_step(struct verify *v, size_t slot, size_t i)
{
	if (i < v->p->ncases)
		check_case(v, slot, &v->p->cases[i]);
	else
		check_probe(v, slot, &v->p->probes[i - v->p->ncases]);
	verify_advance(v, 1, 0);
}

/* Output validators that do not compile end it: nothing can be judged. */
static int compile_all(struct verify *v, struct err *err)
{
	const struct package *p = v->p;
	const struct program_list inputs = {
	        "input validator", p->input_validators, p->ninput_validators};
	const struct program_list answers = {
	        "answer validator", p->answer_validators, p->nanswer_validators};
	const struct validator **list =
	        arena_alloc(v->a, (p->nvalidators + 1) * sizeof(struct validator *));

	for (size_t i = 0; i < p->nvalidators; i++)
		if (verify_compile(v, &p->validators[i], &list[i], err) < 0)
			return err_wrap(err, "output validator");
	v->validation.list = list;
	v->validation.n = p->nvalidators;
	v->problem.validation = p->nvalidators ? &v->validation : NULL;
	if (p->ngraders > 0 && verify_compile(v, &p->graders[0], &v->grader, err) < 0)
		return err_wrap(err, "grader");
	if (p->nstatic_validators > 0 &&
	        verify_compile(v, &p->static_validators[0], &v->problem.static_validator, err) < 0)
		return err_wrap(err, "static validator");
	if (compile_list(v, &inputs, &v->inputs, err) < 0)
		return err_result(err);
	return compile_list(v, &answers, &v->answers, err);
}

int verify_data(struct verify *v, struct err *err)
{
	verify_begin(v, "compiling", 1);
	if (compile_all(v, err) < 0)
		return err_result(err);
	verify_begin(v, "data", v->p->ncases + v->p->nprobes);
	return verify_crew(v, v->p->ncases + v->p->nprobes, data_step, err);
}
