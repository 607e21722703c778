# Every program is its main file plus the libraries of the folders below it.
#
#   make            programs            make unit        tests that need no service
#   make web        pages               make check       every test there is, lint last
#   make lint       see the rules below make check-long  the same with the full counts
#   make fuzz       T=seconds each      make bench       how fast
#   make bench-sandbox, bench-endurance, bench-board, bench-compare, bench-rejudge,
#   make bench-verify   one of them alone
#   make install    PREFIX=/opt/codearena DESTDIR=
#   make check-v2   the sandbox's tests on a machine with cgroup v2 alone (scripts/check-v2)
#
# Variants: SAN=1 (address, undefined, leak), TSAN=1, COV=1, RELEASE=1 (what is installed: locals
# start as zero; that flag hides the warning for unset ones, so the plain build goes without).
# CC=clang works. V=1 shows the commands. BUILD=folder keeps two people's builds apart.
ifneq ($(filter install,$(MAKECMDGOALS)),)
RELEASE := 1
endif
BUILD ?= build
Q = $(if $(V),,@echo '  $@' && )
PREFIX ?= /opt/codearena
CC := gcc
GCC := $(if $(findstring clang,$(CC)),,1)
B := $(BUILD)/$(if $(SAN),san,$(if $(TSAN),tsan,$(if $(COV),cov,$(if $(RELEASE),release,dev))))$(if $(GCC),,-clang)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wundef -Wswitch-enum -Wconversion -Wsign-conversion -Wnull-dereference \
	-Wno-overlength-strings -Werror
WARN_GCC := -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wno-format-truncation
HARD := -O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection=full -fPIE $(if $(RELEASE),$(if $(GCC),-ftrivial-auto-var-init=zero))
SANF := -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=
, := ,
KIND := $(if $(SAN),$(SANF)address$(,)undefined,$(if $(TSAN),$(SANF)thread,$(if $(COV),-O0 --coverage,$(HARD))))
INCLUDE := -D_GNU_SOURCE -I. -I$(BUILD) -isystem $(shell pg_config --includedir 2>/dev/null || echo /usr/include/postgresql)
BASIC := -std=c17 -g -fno-common -fno-strict-aliasing -pthread
CFLAGS := $(BASIC) $(WARN) $(if $(GCC),$(WARN_GCC))
LINK := $(if $(SAN)$(TSAN)$(COV),$(KIND),-pie -z relro -z now -z noexecstack) -Wl,--as-needed
LIBS := -lpq -lhiredis -ljansson -lyaml -lmicrohttpd -ljwt -lcrypt -larchive -lz -lcurl -lseccomp -lbsd -lmd -lm

# What only the privileged side uses; lint keeps databases out of it. The agent is static and
# takes from base/ only what needs no library.
BOX_SRC := $(filter-out judge/box_client.c,$(wildcard judge/box*.c)) \
	$(wildcard $(patsubst %,judge/%.c,archive bundle cgroup language runc seccomp))
AGENT_SRC := $(wildcard judge/agent*.c) judge/relay.c judge/archive.c judge/box_packet.c judge/seccomp.c base/err.c
MAINS := api/main.c judge/main.c judge/box.c admin/main.c
LIB_SRC := $(wildcard base/*.c model/*.c scoreboard/*.c package/*.c)
API_SRC := $(filter-out $(MAINS),$(wildcard api/*.c))
JUDGE_SRC := $(filter-out $(MAINS) judge/agent.c,$(wildcard judge/*.c))
ADMIN_SRC := $(filter-out $(MAINS),$(wildcard admin/*.c))
TEST_SRC := $(wildcard tests/unit/test_*.c tests/golden/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
SRC := $(sort $(wildcard base/*.c model/*.c scoreboard/*.c package/*.c api/*.c judge/*.c admin/*.c tests/load/*.c tests/hostile/*.c) $(TEST_SRC) $(FUZZ_SRC))
HEADERS := $(wildcard base/*.h model/*.h scoreboard/*.h package/*.h api/*.h judge/*.h admin/*.h tests/*/*.h)
GENERATED := $(addprefix $(BUILD)/,queries.h queries-table.h scripts.h openapi.h)
PROGRAMS := $(if $(wildcard api/main.c),$B/codearena-api) $(if $(wildcard judge/main.c),$B/codearena-judge) \
	$(if $(wildcard judge/box.c),$B/codearena-box) $(if $(wildcard judge/agent.c),$B/codearena-agent) \
	$(if $(wildcard admin/main.c),$B/codearena)
TESTS := $(TEST_SRC:%.c=$B/%)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)

all: $B/lib.a $(PROGRAMS) $(if $(wildcard tests/hostile/boxtry.c),$B/boxtry $B/jurytry $B/verdicttry $B/open/codearena-agent)
archive = $Qrm -f $@ && ar rcs $@.$$$$ $(filter %.o,$^) && mv $@.$$$$ $@
$B/lib.a: $(LIB_SRC:%.c=$B/%.o)
	$(archive)
$B/api.a: $(API_SRC:%.c=$B/%.o)
	$(archive)
$B/judge.a: $(JUDGE_SRC:%.c=$B/%.o)
	$(archive)
$B/admin.a: $(ADMIN_SRC:%.c=$B/%.o)
	$(archive)
$B/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$Q$(CC) $(INCLUDE) $(CFLAGS) $(KIND) -MMD -MP -c $< -o $@
link = $Q$(CC) $(BASIC) $(LINK) $^ $(LIBS) -o $@
$B/codearena-api: $B/api/main.o $B/api.a $B/lib.a
	$(link)
$B/codearena-judge: $B/judge/main.o $B/judge.a $B/lib.a
	$(link)
$B/codearena-box: $B/judge/box.o $B/judge.a $B/lib.a
	$(link)
$B/codearena: $B/admin/main.o $B/admin.a $B/judge.a $B/lib.a
	$(link)
$B/boardtry: $B/tests/load/boardtry.o $B/lib.a
	$(link)
$B/boxtry: $B/tests/hostile/boxtry.o $B/judge.a $B/lib.a
	$(link)
$B/jurytry: $B/tests/hostile/jurytry.o $B/judge.a $B/lib.a
	$(link)
$B/verdicttry: $B/tests/hostile/verdicttry.o $B/judge.a $B/lib.a
	$(link)
$B/bench-sandbox: $B/tests/load/bench_sandbox.o $B/judge.a $B/lib.a
	$(link)
$B/bench-compare: $B/tests/load/bench_compare.o $B/judge.a $B/lib.a
	$(link)
$(BUILD)/static/%.o: %.c
	@mkdir -p $(@D)
	$Q$(CC) $(INCLUDE) $(CFLAGS) $(HARD) -ffunction-sections -MMD -MP -c $< -o $@
$B/codearena-agent: $(AGENT_SRC:%.c=$(BUILD)/static/%.o)
	@mkdir -p $(@D)
	$Q$(CC) -static-pie -z relro -z now -z noexecstack -Wl,--gc-sections $^ -o $@
# For tests/hostile/walls.test.mjs alone, never installed: the agent whose walls can be taken down.
$B/open/codearena-agent: $(patsubst %.c,$(BUILD)/static/%.o,$(AGENT_SRC) tests/hostile/open_walls.c)
	@mkdir -p $(@D)
	$Q$(CC) -static-pie -z relro -z now -z noexecstack -Wl,--gc-sections \
		$(foreach call,clone mount seccomp_install setrlimit syscall unshare,-Wl$(,)--wrap=$(call)) $^ -o $@
$(TESTS): $B/%: $B/%.o $B/api.a $B/admin.a $B/judge.a $B/lib.a
	$(link) -lcmocka

$(BUILD)/queries.h: $(wildcard sql/queries.sql) scripts/gen-queries.awk
	@mkdir -p $(@D)
	$Qawk -v part=enum -f scripts/gen-queries.awk $(or $(wildcard sql/queries.sql),/dev/null) > $@.tmp && mv $@.tmp $@
$(BUILD)/queries-table.h: $(wildcard sql/queries.sql) scripts/gen-queries.awk
	@mkdir -p $(@D)
	$Qawk -v part=table -f scripts/gen-queries.awk $(or $(wildcard sql/queries.sql),/dev/null) > $@.tmp && mv $@.tmp $@
$(BUILD)/scripts.h: $(wildcard scoreboard/*.lua) scripts/gen-scripts.awk
	@mkdir -p $(@D)
	$Qawk -f scripts/gen-scripts.awk $(or $(sort $(wildcard scoreboard/*.lua)),/dev/null) > $@.tmp && mv $@.tmp $@
$(BUILD)/openapi.h: $(wildcard api/openapi.json) scripts/gen-text.awk
	@mkdir -p $(@D)
	$Qawk -v name=openapi_json -f scripts/gen-text.awk $(or $(wildcard api/openapi.json),/dev/null) > $@.tmp && mv $@.tmp $@

unit: $(TESTS)
	@scripts/run-unit $(TESTS)
check check-long:
	@LONG=$(if $(filter check-long,$@),1) MAKE="$(MAKE)" scripts/check
V2_TESTS := bundle cgroup language proc seccomp
check-v2: $(addprefix $B/,codearena-box codearena-agent open/codearena-agent boxtry jurytry verdicttry $(V2_TESTS:%=tests/unit/test_%))
	@BUILD=$(BUILD) B=$B UNIT_TESTS="$(V2_TESTS:%=test_%)" scripts/check-v2
bench: all web
	@for f in tests/load/bench*.*js; do [ ! -e "$$f" ] || node "$$f" || exit 1; done
bench-board: all $B/boardtry
	@node tests/load/bench-board.mjs
bench-sandbox: all $B/bench-sandbox
	@CODEARENA_BUILD=$(abspath $B) node tests/load/bench-sandbox.mjs
bench-endurance: all
	@CODEARENA_BUILD=$(abspath $B) node tests/load/bench-endurance.mjs
bench-judge: all
	@CODEARENA_BUILD=$(abspath $B) node tests/load/bench-judge.mjs
bench-compare: $B/bench-compare
	@$<
bench-rejudge: all
	@CODEARENA_BUILD=$(abspath $B) node tests/load/bench-rejudge.mjs
bench-verify: all
	@CODEARENA_BUILD=$(abspath $B) node tests/load/bench-verify.mjs

FUZZ_FLAGS := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
$(BUILD)/fuzz/obj/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$Qclang $(INCLUDE) $(BASIC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@
$(BUILD)/fuzz/all.a: $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(LIB_SRC) $(API_SRC) $(JUDGE_SRC) $(ADMIN_SRC))
	$(archive)
$(FUZZERS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(BUILD)/fuzz/all.a
	$Qclang $(BASIC) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ -Wl,--as-needed $(LIBS) -o $@
fuzz: $(FUZZERS)
	@scripts/run-fuzz $(or $(T),5) $(FUZZERS)

# Per file, again only when it or a header it includes has changed: format, clang's warnings,
# clang-tidy (tests have one thread), gcc's analyzer, cppcheck. Then what needs to see the whole
# tree at once.
$(BUILD)/lint/%.c.ok: %.c .clang-format .clang-tidy | $(GENERATED)
	@mkdir -p $(@D)
	@clang-format --dry-run -Werror $< 2>/dev/null || { echo "$<: not formatted: make format"; exit 1; }
	@clang $(INCLUDE) $(BASIC) $(WARN) -fsyntax-only $<
	@clang-tidy --quiet $(if $(filter tests/%,$<),--checks=-concurrency-mt-unsafe) $< -- $(INCLUDE) $(BASIC) > $@.log 2>&1 || { cat $@.log; exit 1; }
	@gcc $(INCLUDE) $(BASIC) $(WARN) $(WARN_GCC) $(HARD) -fanalyzer -MMD -MP -MT $@ -MF $@.d -c $< -o /dev/null
	@cppcheck -q --enable=warning,performance,portability --suppress=memleak --suppress=resourceLeak \
		--suppress=missingInclude --inline-suppr --error-exitcode=1 -D_GNU_SOURCE -I. $<
	@touch $@
lint: $(SRC:%=$(BUILD)/lint/%.ok)
	@for h in $(HEADERS); do clang-format --dry-run -Werror $$h 2>/dev/null || \
		{ echo "$$h: not formatted: make format"; exit 1; }; done
	@BOX_SRC="$(BOX_SRC)" scripts/lint-tree
format:
	clang-format -i $(SRC) $(HEADERS)

web: $(if $(wildcard api/web/package.json),$(BUILD)/web.stamp)
$(BUILD)/web-packages.stamp: $(wildcard api/web/package.json api/web/package-lock.json)
	@mkdir -p $(@D)
	npm --prefix api/web ci --no-audit --no-fund && touch $@
$(BUILD)/web.stamp: $(BUILD)/web-packages.stamp $(shell find api/web -type f -not -path '*/node_modules/*' 2>/dev/null)
	OUT=$(abspath $(BUILD)/web) npm --prefix api/web run build && touch $@

install: all web
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/judge
	$(if $(PROGRAMS),install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin)
	$(if $(wildcard judge/agent.c),install -d $(DESTDIR)$(PREFIX)/libexec && mv $(DESTDIR)$(PREFIX)/bin/codearena-agent $(DESTDIR)$(PREFIX)/libexec/)
	$(if $(wildcard judge/languages.yaml),install -m 644 judge/languages.yaml $(DESTDIR)$(PREFIX)/judge && cp -rL judge/selftest $(DESTDIR)$(PREFIX)/judge/)
	for d in $(if $(wildcard api/web/package.json),$(BUILD)/web) sql problems; do \
		[ ! -d $$d ] || { rm -rf $(DESTDIR)$(PREFIX)/$${d##*/} && cp -rL $$d $(DESTDIR)$(PREFIX)/ ; } || exit 1; done
	cd $(DESTDIR)$(PREFIX) && for d in bin libexec web judge sql problems; do [ ! -d $$d ] || { \
		chmod -R u=rwX,go=rX $$d && { [ "$$(id -u)" != 0 ] || chown -R 0:0 $$d; }; } || exit 1; done
clean:
	rm -rf $(BUILD)
.PHONY: all unit check check-long check-v2 bench bench-board bench-compare bench-endurance bench-judge bench-rejudge bench-sandbox bench-verify fuzz lint format web install clean
.SECONDARY:
-include $(shell find $(BUILD) -path $(BUILD)/vm -prune -o -type f -name '*.d' -print 2>/dev/null)
