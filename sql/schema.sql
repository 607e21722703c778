-- schema.sql -- the whole schema; the truth about CodeArena's data.
--
-- Applied to an empty database by a superuser after roles.sql; migrations/ lead to the same
-- state. Reading order: identity, contests, problems, submissions and the queue, the board's
-- log, the rest, then the functions, then who may do what.
--
-- What must stay true:
--   * A text id is 1..36 characters of [A-Za-z0-9_.-], the same in SQL, JSON and URL.
--   * All that changes a board runs under the lock of its row in contest_counter, taken first.
--   * Login roles never write events, cells, submissions or judgements themselves: they call
--     functions here, which check who calls (session_user), the kind and the state.
--   * Times are the database's clock_timestamp(), taken under the counter's lock, never backwards.

CREATE SCHEMA codearena AUTHORIZATION codearena_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SET ROLE codearena_owner;
SET search_path = codearena, pg_temp;

CREATE DOMAIN ident AS text CHECK (VALUE ~ '^[A-Za-z0-9_.-]{1,36}$');
CREATE DOMAIN sha256 AS bytea CHECK (octet_length(VALUE) = 32);

CREATE TYPE account_role AS ENUM ('team', 'jury', 'admin');
CREATE TYPE scoring_rules AS ENUM ('icpc', 'ioi', 'points');
CREATE TYPE submission_state AS ENUM ('queued', 'judging', 'final');
CREATE TYPE verdict AS ENUM ('AC', 'WA', 'TLE', 'RTE', 'MLE', 'OLE', 'CE', 'SV', 'JE');
CREATE TYPE queue_class AS ENUM ('contest', 'practice', 'rejudge', 'custom');
CREATE TYPE rejudging_state AS ENUM ('open', 'applied', 'discarded');
CREATE TYPE event_kind AS ENUM (
	'contest', 'problems', 'teams', 'submission', 'judgement', 'rejudge', 'override', 'ignore',
	'start', 'freeze', 'thaw', 'end', 'finalize', 'reveal', 'adjustment', 'interval',
	'extension', 'disqualify', 'confirm');

-- One row. The incarnation enters every SSE id; it changes only when the log itself was restored
-- or lost events (restore does that), never because Redis was wiped.
CREATE TABLE instance (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	name ident NOT NULL,
	incarnation ident NOT NULL,
	schema_version int NOT NULL
);

-- ---------------------------------------------------------------- identity

CREATE TABLE organizations (
	id ident PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	formal_name text,
	country text CHECK (country ~ '^[A-Z]{3}$')  -- ISO 3166-1 alpha-3
);

CREATE TABLE groups (
	id ident PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	hidden boolean NOT NULL DEFAULT false
);

-- An individual contestant is a team of one.
CREATE TABLE teams (
	id ident PRIMARY KEY,
	name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
	display_name text CHECK (length(display_name) <= 200),
	organization_id ident REFERENCES organizations,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE team_groups (
	team_id ident NOT NULL REFERENCES teams ON DELETE CASCADE,
	group_id ident NOT NULL REFERENCES groups,
	PRIMARY KEY (team_id, group_id)
);

CREATE TABLE accounts (
	id ident PRIMARY KEY,
	username text NOT NULL UNIQUE CHECK (username ~ '^[A-Za-z0-9_.@+-]{1,64}$'),
	password_hash text,  -- crypt(3) yescrypt; NULL: cannot log in
	role account_role NOT NULL,
	team_id ident REFERENCES teams,
	name text,
	enabled boolean NOT NULL DEFAULT true,
	token_epoch int NOT NULL DEFAULT 0,  -- inside each access token; a step ends them all
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CHECK (role <> 'team' OR team_id IS NOT NULL)
);

-- A refresh token is used once; its use makes the next of the same family. One that is used
-- again means theft: the whole family ends.
CREATE TABLE refresh_tokens (
	token_hash sha256 PRIMARY KEY,
	family ident NOT NULL,
	account_id ident NOT NULL REFERENCES accounts ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	expires_at timestamptz NOT NULL,
	used_at timestamptz,
	revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_account ON refresh_tokens (account_id);

-- ---------------------------------------------------------------- problems

CREATE TABLE problems (
	id ident PRIMARY KEY,
	latest_version int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Importing again makes a new version; judgements remember theirs.
CREATE TABLE problem_versions (
	problem_id ident NOT NULL REFERENCES problems,
	version int NOT NULL CHECK (version > 0),
	name text NOT NULL CHECK (name <> ''),
	time_limit_ms int NOT NULL CHECK (time_limit_ms BETWEEN 1 AND 600000),
	memory_limit_kib int NOT NULL CHECK (memory_limit_kib BETWEEN 1024 AND 67108864),
	output_limit_kib int NOT NULL DEFAULT 8192 CHECK (output_limit_kib BETWEEN 1 AND 1048576),
	code_limit_kib int NOT NULL DEFAULT 128 CHECK (code_limit_kib BETWEEN 1 AND 65536),
	compile_limit_ms int NOT NULL DEFAULT 60000 CHECK (compile_limit_ms BETWEEN 1000 AND 600000),
	validator_flags text NOT NULL DEFAULT '',  -- problem.yaml's; a case's own list: test_cases
	run_all boolean NOT NULL DEFAULT false,    -- full judging: all tests run; else lazy
	time_limit_from text NOT NULL DEFAULT 'package'   -- who said the time limit
		CHECK (time_limit_from IN ('package', 'option', 'derived', 'default')),
	format text NOT NULL DEFAULT 'legacy'
		CHECK (format IN ('legacy', 'legacy-icpc', '2023-07', '2025-09')),
	scoring boolean NOT NULL DEFAULT false,    -- points; else pass-fail
	interactive boolean NOT NULL DEFAULT false,
	multi_pass boolean NOT NULL DEFAULT false,
	submit_answer boolean NOT NULL DEFAULT false,
	custom_validation boolean NOT NULL DEFAULT false,  -- its output validators decide
	custom_score boolean NOT NULL DEFAULT false,       -- ... and give points (legacy)
	minimize boolean NOT NULL DEFAULT false,
	show_groups boolean NOT NULL DEFAULT false,  -- a team may see the results of its groups
	validation_passes int NOT NULL DEFAULT 2 CHECK (validation_passes BETWEEN 1 AND 1000),
	compile_memory_kib int NOT NULL DEFAULT 2097152 CHECK (compile_memory_kib > 0),
	validation_limit_ms int NOT NULL DEFAULT 60000 CHECK (validation_limit_ms BETWEEN 1 AND 600000),
	validation_memory_kib int NOT NULL DEFAULT 2097152 CHECK (validation_memory_kib > 0),
	validation_output_kib int NOT NULL DEFAULT 8192 CHECK (validation_output_kib > 0),
	languages text[],                          -- that may be submitted; NULL: all
	names jsonb NOT NULL DEFAULT '{}',         -- by language
	package_hash sha256 NOT NULL,              -- equal content imports no new version
	settings jsonb NOT NULL DEFAULT '{}',      -- the rest of problem.yaml, for later readers
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (problem_id, version)
);

CREATE TABLE problem_statements (
	problem_id ident NOT NULL,
	version int NOT NULL,
	language text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z]{2,4})?$'),
	format text NOT NULL CHECK (format IN ('md', 'html', 'tex', 'pdf')),
	body bytea NOT NULL,
	PRIMARY KEY (problem_id, version, language, format),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE
);

-- Files beside the statement (figures) and attachments for contestants.
CREATE TABLE problem_files (
	problem_id ident NOT NULL,
	version int NOT NULL,
	kind text NOT NULL CHECK (kind IN ('figure', 'attachment')),
	name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_.-]{1,100}$'),
	body bytea NOT NULL,
	PRIMARY KEY (problem_id, version, kind, name),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE
);

-- Test data, content-addressed and shared by versions and problems; chunks of 1 MiB.
CREATE TABLE test_data (
	hash sha256 PRIMARY KEY,
	size bigint NOT NULL CHECK (size >= 0)
);
CREATE TABLE test_data_chunks (
	hash sha256 NOT NULL REFERENCES test_data ON DELETE CASCADE,
	ordinal int NOT NULL CHECK (ordinal >= 0),
	body bytea NOT NULL CHECK (octet_length(body) <= 1048576),
	PRIMARY KEY (hash, ordinal)
);

-- Test groups as a tree, everything inherited resolved: what a column means stands at struct
-- package_group (package/package.h). Ordinal 1 is the root; parents stand before children, and
-- siblings in the order of judging. range_*, case_max: NULL is without bound.
CREATE TABLE test_groups (
	problem_id ident NOT NULL,
	version int NOT NULL,
	ordinal int NOT NULL CHECK (ordinal > 0),
	parent int,                                -- NULL: the root
	name text NOT NULL,                        -- "", "sample", "secret", "secret/group1"
	on_reject text NOT NULL DEFAULT 'break' CHECK (on_reject IN ('break', 'continue')),
	verdict_mode text NOT NULL DEFAULT 'worst_error'
		CHECK (verdict_mode IN ('worst_error', 'first_error', 'always_accept')),
	accept_if_any boolean NOT NULL DEFAULT false,
	ignore_sample boolean NOT NULL DEFAULT false,
	score_mode text NOT NULL DEFAULT 'sum'
		CHECK (score_mode IN ('sum', 'avg', 'min', 'max', 'pass_fail')),
	accept_score double precision NOT NULL DEFAULT 1,
	reject_score double precision NOT NULL DEFAULT 0,
	range_min double precision,
	range_max double precision,
	case_max double precision,
	custom_grader boolean NOT NULL DEFAULT false,
	grader_flags text[] NOT NULL DEFAULT '{}',
	requires int[] NOT NULL DEFAULT '{}',      -- ordinals of groups that must be accepted first
	PRIMARY KEY (problem_id, version, ordinal),
	UNIQUE (problem_id, version, name),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE,
	FOREIGN KEY (problem_id, version, parent) REFERENCES test_groups,
	CHECK ((ordinal = 1) = (parent IS NULL)),
	CHECK (parent < ordinal)
);

CREATE TABLE test_cases (
	problem_id ident NOT NULL,
	version int NOT NULL,
	ordinal int NOT NULL CHECK (ordinal > 0),  -- order of judging: samples, then secret
	name text NOT NULL,                        -- "secret/03-max"
	sample boolean NOT NULL,
	group_ordinal int,                         -- the innermost group; NULL: without groups
	input_hash sha256 REFERENCES test_data,    -- NULL: the submission itself is looked at, by the
	answer_hash sha256 REFERENCES test_data,   -- static validator
	validator_args text[] NOT NULL DEFAULT '{}',  -- all of them, problem.yaml's first
	max_score double precision,                -- of a static validation; NULL: as its group says
	args text[] NOT NULL DEFAULT '{}',         -- of the submission
	full_feedback boolean NOT NULL DEFAULT false,  -- who fails it is shown it: feedback_data
	hint text,
	description text,                          -- for the jury
	PRIMARY KEY (problem_id, version, ordinal),
	UNIQUE (problem_id, version, name),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE,
	FOREIGN KEY (problem_id, version, group_ordinal) REFERENCES test_groups,
	CHECK ((input_hash IS NULL) = (answer_hash IS NULL)),
	CHECK (max_score IS NULL OR input_hash IS NULL)
);

-- Laid over the program's own files for one test case.
CREATE TABLE test_case_files (
	problem_id ident NOT NULL,
	version int NOT NULL,
	ordinal int NOT NULL,
	name text NOT NULL,                        -- "map/north.txt"
	size bigint NOT NULL,
	hash sha256 NOT NULL REFERENCES test_data,
	PRIMARY KEY (problem_id, version, ordinal, name),
	FOREIGN KEY (problem_id, version, ordinal) REFERENCES test_cases ON DELETE CASCADE
);

-- What contestants see as samples: input and answer, or an interaction.
CREATE TABLE problem_samples (
	problem_id ident NOT NULL,
	version int NOT NULL,
	ordinal int NOT NULL CHECK (ordinal > 0),
	name text NOT NULL,
	input_hash sha256 REFERENCES test_data,
	answer_hash sha256 REFERENCES test_data,
	interaction_hash sha256 REFERENCES test_data,
	input_download_hash sha256 REFERENCES test_data,   -- NULL: as shown
	answer_download_hash sha256 REFERENCES test_data,
	PRIMARY KEY (problem_id, version, ordinal),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE,
	CHECK ((input_hash IS NULL) = (answer_hash IS NULL)),
	CHECK ((input_hash IS NULL) <> (interaction_hash IS NULL))
);

-- The package's programs as source; a judge compiles them in the sandbox. `include`: laid over each
-- submission of `language` ("default": of all that have none of their own).
CREATE TABLE problem_programs (
	problem_id ident NOT NULL,
	version int NOT NULL,
	kind text NOT NULL CHECK (kind IN ('output_validator', 'input_validator', 'answer_validator',
		'grader', 'static_validator', 'submission', 'include')),
	ordinal int NOT NULL CHECK (ordinal > 0),
	name text NOT NULL,                        -- "validate", "accepted/author.py"
	language text,                             -- as the package names it; NULL: by extension
	entry text,
	build boolean NOT NULL DEFAULT false,      -- has a script `build`
	run boolean NOT NULL DEFAULT false,        -- ... or `run`
	expected jsonb,                            -- of a submission: what it must get
	PRIMARY KEY (problem_id, version, kind, ordinal),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions ON DELETE CASCADE
);
CREATE TABLE problem_program_files (
	problem_id ident NOT NULL,
	version int NOT NULL,
	kind text NOT NULL,
	ordinal int NOT NULL,
	name text NOT NULL,                        -- inside the program's folder: "lib/a.h"
	executable boolean NOT NULL DEFAULT false,
	size bigint NOT NULL,
	hash sha256 NOT NULL REFERENCES test_data,
	PRIMARY KEY (problem_id, version, kind, ordinal, name),
	FOREIGN KEY (problem_id, version, kind, ordinal) REFERENCES problem_programs ON DELETE CASCADE
);

-- Packages that came over HTTP: api stores the bytes and never looks into them; a judge host imports
-- them in a process without rights. The bytes go when it has ended, the row stays as its report.
CREATE TYPE import_state AS ENUM ('queued', 'running', 'imported', 'unchanged', 'refused', 'failed');
CREATE SEQUENCE problem_import_ids;
CREATE TABLE problem_imports (
	id ident PRIMARY KEY DEFAULT nextval('problem_import_ids')::text,
	problem_id ident NOT NULL,                 -- wanted; need not exist yet
	account_id ident NOT NULL REFERENCES accounts,
	size bigint NOT NULL CHECK (size > 0),
	state import_state NOT NULL DEFAULT 'queued',
	step text NOT NULL DEFAULT '',             -- while running: reading, storing
	version int,                               -- made, or the same as
	errors jsonb NOT NULL DEFAULT '[]',        -- sentences `file:line: what`
	notes jsonb NOT NULL DEFAULT '[]',
	worker text,
	lease_until timestamptz,
	attempts int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz,
	CHECK ((state = 'running') = (lease_until IS NOT NULL)),
	CHECK ((state IN ('queued', 'running')) = (finished_at IS NULL))
);
CREATE INDEX problem_imports_open ON problem_imports (created_at) WHERE finished_at IS NULL;
CREATE TABLE problem_import_chunks (
	import_id ident NOT NULL REFERENCES problem_imports ON DELETE CASCADE,
	ordinal int NOT NULL CHECK (ordinal >= 0),
	body bytea NOT NULL CHECK (octet_length(body) <= 1048576),
	PRIMARY KEY (import_id, ordinal)
);

-- Written by judges from their language table; what contestants see.
CREATE TABLE languages (
	id ident PRIMARY KEY,
	name text NOT NULL,
	extensions text[] NOT NULL CHECK (cardinality(extensions) > 0),
	entry_point_required boolean NOT NULL DEFAULT false,
	version text NOT NULL DEFAULT '',      -- first line of the version command
	compile_command text NOT NULL DEFAULT '',
	run_command text NOT NULL DEFAULT '',
	time_factor double precision NOT NULL DEFAULT 1 CHECK (time_factor BETWEEN 0.1 AND 100),
	enabled boolean NOT NULL DEFAULT true,
	judging_paused boolean NOT NULL DEFAULT false,
	judging_resumed_at timestamptz NOT NULL DEFAULT '-infinity',
	updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---------------------------------------------------------------- contests

CREATE TABLE contests (
	id ident PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	formal_name text,
	rules scoring_rules NOT NULL DEFAULT 'icpc',
	start_at timestamptz,                  -- NULL: not scheduled
	duration_ms bigint NOT NULL CHECK (duration_ms BETWEEN 1000 AND 31536000000),
	freeze_ms bigint CHECK (freeze_ms BETWEEN 0 AND 31536000000),  -- scheduled: before the end
	clock_rate double precision NOT NULL DEFAULT 1 CHECK (clock_rate BETWEEN 0.001 AND 100000),
	ended_at timestamptz,                  -- the button, when it came before the schedule
	finalized_at timestamptz,
	end_of_updates_at timestamptz,         -- counts once it is thawed and finalized
	penalty_minutes int NOT NULL DEFAULT 20 CHECK (penalty_minutes BETWEEN 0 AND 1000),
	compile_penalty boolean NOT NULL DEFAULT false,
	best_subtasks boolean NOT NULL DEFAULT false,  -- ioi: the sum over subtasks of the best
	after_end text NOT NULL DEFAULT 'refuse' CHECK (after_end IN ('refuse', 'practice')),
	show_runs text NOT NULL DEFAULT 'verdicts' CHECK (show_runs IN ('none', 'count', 'verdicts')),
	icpc_verdicts boolean NOT NULL DEFAULT false,  -- ICPC's own set: a memory limit is RTE
	hold boolean NOT NULL DEFAULT false,   -- a verdict counts when a judge has confirmed it
	thaw_at timestamptz,                   -- scheduled; NULL: by the button
	finalize_at timestamptz,
	medals_gold int NOT NULL DEFAULT 0 CHECK (medals_gold BETWEEN 0 AND 1000),
	medals_silver int NOT NULL DEFAULT 0 CHECK (medals_silver BETWEEN 0 AND 1000),
	medals_bronze int NOT NULL DEFAULT 0 CHECK (medals_bronze BETWEEN 0 AND 1000),
	medals_extra int NOT NULL DEFAULT 0 CHECK (medals_extra BETWEEN 0 AND 1000),  -- value B
	honors boolean NOT NULL DEFAULT false, -- World Finals: honors, no rank below the median
	hidden boolean NOT NULL DEFAULT false, -- from the public and from teams not in it
	practice boolean NOT NULL DEFAULT false,  -- judged after all contests
	submissions_per_minute int NOT NULL DEFAULT 10 CHECK (submissions_per_minute BETWEEN 1 AND 100000),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The lock of a contest and its two numberings. Small, no foreign key to it, one row each.
CREATE TABLE contest_counter (
	contest_id ident PRIMARY KEY,
	number bigint NOT NULL DEFAULT 0,
	public_number bigint NOT NULL DEFAULT 0,
	submission_ordinal bigint NOT NULL DEFAULT 0,
	head sha256 NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),  -- hash of the last event
	last_at timestamptz NOT NULL DEFAULT '-infinity'
);

-- Hidden: submitted in [from_at, to_at) while thawed_at is NULL. The scheduled freeze is a row
-- whose from_at may still move while it is in the future.
CREATE TABLE contest_freezes (
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	from_at timestamptz NOT NULL,
	to_at timestamptz NOT NULL DEFAULT 'infinity',
	thawed_at timestamptz,
	scheduled boolean NOT NULL DEFAULT false,
	PRIMARY KEY (contest_id, from_at),
	CHECK (to_at >= from_at)
);

-- The resolver (scoreboard/reveal.h): the first `position` steps have been shown to the public.
-- Ends with the thaw.
CREATE TABLE contest_reveals (
	contest_id ident PRIMARY KEY REFERENCES contests ON DELETE CASCADE,
	position int NOT NULL DEFAULT 0 CHECK (position >= 0),
	steps int NOT NULL CHECK (steps >= position),
	auto_ms int CHECK (auto_ms BETWEEN 100 AND 600000),  -- between two steps; NULL: by the button
	next_at timestamptz,                   -- of the next step; NULL: waits for the button
	stop_rank int NOT NULL DEFAULT 0 CHECK (stop_rank >= 0)  -- pauses behind these ranks
);

CREATE TABLE contest_reveal_steps (
	contest_id ident NOT NULL REFERENCES contest_reveals ON DELETE CASCADE,
	ordinal int NOT NULL CHECK (ordinal > 0),
	team_id ident NOT NULL,
	problem_id ident,                      -- NULL: the row is final
	rank int,                              -- of a final row; NULL: has none
	PRIMARY KEY (contest_id, ordinal)
);

-- Time that was taken out: the contest's clock stands still in [from_at, to_at), whole
-- milliseconds. One that was put back stays, for the record.
CREATE TABLE contest_intervals (
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	id int NOT NULL CHECK (id > 0),
	from_at timestamptz NOT NULL CHECK (isfinite(from_at)),
	to_at timestamptz NOT NULL CHECK (isfinite(to_at)),
	removed boolean NOT NULL DEFAULT true,  -- false: it counts again
	PRIMARY KEY (contest_id, id),
	CHECK (to_at > from_at)
);

CREATE TABLE contest_problems (
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	problem_id ident NOT NULL REFERENCES problems,
	version int NOT NULL,
	ordinal int NOT NULL CHECK (ordinal > 0),
	label text NOT NULL CHECK (label ~ '^[A-Za-z0-9]{1,4}$'),
	rgb text NOT NULL DEFAULT '#808080' CHECK (rgb ~ '^#[0-9a-fA-F]{6}$'),
	color text NOT NULL DEFAULT 'grey',
	points_milli bigint NOT NULL DEFAULT 100000 CHECK (points_milli BETWEEN 0 AND 100000000),
	judging_paused boolean NOT NULL DEFAULT false,
	judging_resumed_at timestamptz NOT NULL DEFAULT '-infinity',
	PRIMARY KEY (contest_id, problem_id),
	UNIQUE (contest_id, label),
	UNIQUE (contest_id, ordinal),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions
);

CREATE TABLE contest_teams (
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	team_id ident NOT NULL REFERENCES teams,
	sort_group int NOT NULL DEFAULT 0,
	hidden boolean NOT NULL DEFAULT false,        -- on no board but the jury's; no rank
	unofficial boolean NOT NULL DEFAULT false,    -- behind the others, without a rank
	disqualified boolean NOT NULL DEFAULT false,  -- the same, and behind these
	extension_ms bigint NOT NULL DEFAULT 0 CHECK (extension_ms >= 0),
	penalty_adjustment int NOT NULL DEFAULT 0,    -- minutes
	queue_at timestamptz NOT NULL DEFAULT '-infinity',  -- virtual time of its last submission
	PRIMARY KEY (contest_id, team_id)
);
CREATE INDEX contest_teams_team ON contest_teams (team_id);

-- ---------------------------------------------------------------- submissions and their queue

CREATE SEQUENCE submission_ids;

CREATE TABLE submissions (
	id ident PRIMARY KEY,
	contest_id ident NOT NULL REFERENCES contests,
	ordinal bigint NOT NULL,               -- order of submission in the contest
	team_id ident NOT NULL,
	problem_id ident NOT NULL,
	language_id ident NOT NULL REFERENCES languages,
	account_id ident NOT NULL REFERENCES accounts,
	entry_point text CHECK (length(entry_point) <= 100),
	submitted_at timestamptz NOT NULL,     -- clock_timestamp() under the counter's lock
	contest_time_ms bigint NOT NULL,       -- by the contest's clock; decides the penalty minute
	state submission_state NOT NULL DEFAULT 'queued',
	judgement_id ident,                    -- the one that counts; NULL: none yet
	verdict verdict,                       -- of that judgement
	points_milli bigint NOT NULL DEFAULT 0,
	ignored boolean NOT NULL DEFAULT false,
	held boolean NOT NULL DEFAULT false,   -- judged, waiting for a judge's confirmation
	practice boolean NOT NULL DEFAULT false,   -- after the end: never on a board
	source_size int NOT NULL CHECK (source_size >= 0),
	month date NOT NULL,                   -- the partition of its files
	UNIQUE (contest_id, ordinal),
	FOREIGN KEY (contest_id, team_id) REFERENCES contest_teams,
	FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems,
	CHECK ((verdict IS NULL) = (judgement_id IS NULL)),
	CHECK ((state = 'final') = (verdict IS NOT NULL))
);
CREATE INDEX submissions_team ON submissions (contest_id, team_id, ordinal);
CREATE INDEX submissions_problem ON submissions (contest_id, problem_id, ordinal);
CREATE INDEX submissions_open ON submissions (contest_id) WHERE state <> 'final';

CREATE TABLE submission_files (
	submission_id ident NOT NULL,
	month date NOT NULL,
	ordinal int NOT NULL CHECK (ordinal >= 0),
	name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}$'),
	body bytea NOT NULL,
	PRIMARY KEY (submission_id, month, ordinal)
) PARTITION BY RANGE (month);
CREATE TABLE submission_files_default PARTITION OF submission_files DEFAULT;

-- A judgement is one decision on a submission and one row of the queue. Its id is
-- <submission>-<ordinal>. attempt is the fencing token: a result that carries another is refused.
CREATE TABLE judgements (
	id ident PRIMARY KEY,
	submission_id ident NOT NULL REFERENCES submissions,
	contest_id ident NOT NULL,
	ordinal int NOT NULL CHECK (ordinal > 0),
	class queue_class NOT NULL,
	queue_at timestamptz NOT NULL,         -- virtual time: a team that floods waits for others
	state submission_state NOT NULL DEFAULT 'queued',
	valid boolean NOT NULL DEFAULT true,   -- false: superseded, or a rejudging not applied
	cancelled boolean NOT NULL DEFAULT false,  -- final without a verdict: not wanted any more
	attempt int NOT NULL DEFAULT 0 CHECK (attempt >= 0),
	failures int NOT NULL DEFAULT 0,       -- attempts that ended by the judge's fault or death
	worker text,
	lease_until timestamptz,
	problem_version int NOT NULL,
	verdict verdict,
	points_milli bigint NOT NULL DEFAULT 0,
	time_ms int,                           -- slowest run
	memory_kib bigint,                     -- largest run
	tests_total int,
	groups jsonb CHECK (jsonb_typeof(groups) = 'array'),  -- results of the test groups in order:
		-- name, verdict (null: not run), points and points_max (thousandths or null)
	subtasks text CHECK (subtasks ~ '^[0-9]+( [0-9]+)*$'),  -- points (thousandths) of the groups
		-- right below `secret`, in order; NULL: there are none
	fault text,                            -- the judge's last own fault, for people
	decided_by text,                       -- a person overrode: who; NULL: a judge program
	confirmed_by text,                     -- hold-for-verification: who
	outside boolean NOT NULL DEFAULT false,  -- decided elsewhere; there is no source to judge
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	started_at timestamptz,
	finished_at timestamptz,
	UNIQUE (submission_id, ordinal),
	CHECK ((state = 'final') = (verdict IS NOT NULL OR cancelled)),
	CHECK (NOT (cancelled AND valid)),
	CHECK ((state = 'judging') = (lease_until IS NOT NULL))
);
CREATE INDEX judgements_queue ON judgements (class, queue_at, id) WHERE state = 'queued';
CREATE INDEX judgements_leases ON judgements (lease_until) WHERE state = 'judging';
CREATE INDEX judgements_contest ON judgements (contest_id, submission_id);

-- The runs of a judgement: one row per test case.
CREATE TABLE submission_results (
	judgement_id ident NOT NULL REFERENCES judgements ON DELETE CASCADE,
	ordinal int NOT NULL CHECK (ordinal > 0),  -- of the test case
	verdict verdict NOT NULL CHECK (verdict <> 'CE'),
	time_ms int NOT NULL CHECK (time_ms >= 0),
	wall_ms int NOT NULL CHECK (wall_ms >= 0),
	memory_kib bigint NOT NULL CHECK (memory_kib >= 0),
	exit_code int,
	signal int,
	message text CHECK (length(message) <= 4000),  -- what the comparison saw, for the jury
	team_message text CHECK (length(team_message) <= 1024),  -- of the validator, for the team
	first_time_ms int CHECK (first_time_ms >= 0),  -- it ran twice: the first run's, for the jury
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	contest_time_ms bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (judgement_id, ordinal)
);

-- Compiler output and, of interactions that failed and failed test cases that are shown to their team
-- (full_feedback), the first bytes of what was said (transcript: text), for those who may see them.
CREATE TABLE judgement_outputs (
	judgement_id ident NOT NULL,
	month date NOT NULL,
	kind text NOT NULL CHECK (kind IN ('compile', 'transcript')),
	ordinal int NOT NULL DEFAULT 0,        -- of the test case; 0 for the compiler
	body bytea NOT NULL,
	truncated boolean NOT NULL DEFAULT false,
	PRIMARY KEY (judgement_id, month, kind, ordinal)
) PARTITION BY RANGE (month);
CREATE TABLE judgement_outputs_default PARTITION OF judgement_outputs DEFAULT;

CREATE TABLE dead_letters (
	judgement_id ident PRIMARY KEY REFERENCES judgements,
	reason text NOT NULL,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	resolved_at timestamptz
);

-- Rejudgings: sets of submissions that are judged anew, hidden, and then take effect together or
-- not at all. An undo is a set as well: what it brings back was judged before.
CREATE SEQUENCE rejudging_ids;
CREATE TABLE rejudgings (
	id ident PRIMARY KEY DEFAULT nextval('rejudging_ids')::text,
	contest_id ident NOT NULL REFERENCES contests,
	state rejudging_state NOT NULL DEFAULT 'open',
	filter jsonb NOT NULL,                 -- rejudging_matches
	reason text NOT NULL CHECK (reason <> '' AND length(reason) <= 500),
	undoes ident REFERENCES rejudgings,
	created_by text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	ended_by text,
	ended_at timestamptz,
	event_number bigint,                   -- of the event that applied it
	result jsonb,                          -- what the preview said then
	CHECK ((state = 'open') = (ended_at IS NULL)),
	CHECK ((state = 'applied') = (event_number IS NOT NULL))
);
CREATE INDEX rejudgings_contest ON rejudgings (contest_id);
CREATE INDEX rejudgings_open ON rejudgings (contest_id) WHERE state = 'open';

-- The versions of problems that a set is judged with. Where it is not the contest's, applying
-- changes the contest's; until then all that is judged with the old one joins the set.
CREATE TABLE rejudging_problems (
	rejudging_id ident NOT NULL REFERENCES rejudgings,
	problem_id ident NOT NULL,
	version int NOT NULL,
	old_version int NOT NULL,              -- the contest's when the set was made
	PRIMARY KEY (rejudging_id, problem_id),
	FOREIGN KEY (problem_id, version) REFERENCES problem_versions
);

CREATE TABLE rejudging_submissions (
	rejudging_id ident NOT NULL REFERENCES rejudgings,
	submission_id ident NOT NULL REFERENCES submissions,
	old_judgement_id ident NOT NULL REFERENCES judgements,  -- that counted when it came in
	judgement_id ident NOT NULL REFERENCES judgements,
	PRIMARY KEY (rejudging_id, submission_id)
);
CREATE INDEX rejudging_submissions_submission ON rejudging_submissions (submission_id);

-- Judge hosts that said hello; shown to admins.
CREATE TABLE workers (
	name text PRIMARY KEY,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	slots int NOT NULL,
	status text NOT NULL,                  -- running | draining | fault: <sentence>
	judging_paused boolean NOT NULL DEFAULT false,
	info jsonb NOT NULL DEFAULT '{}'       -- cgroup mode, runtime, root, languages off
);

-- ---------------------------------------------------------------- the board's log

-- Cells: team x problem, as the jury knows them and as the public may. Always recomputed from the
-- team's submissions in order of submission; never incremented.
CREATE TABLE contest_penalties (
	contest_id ident NOT NULL,
	team_id ident NOT NULL,
	problem_id ident NOT NULL,
	judged int NOT NULL, pending int NOT NULL, solved boolean NOT NULL,
	time_ms bigint, points_milli bigint NOT NULL, penalty_minutes int NOT NULL,
	public_judged int NOT NULL, public_pending int NOT NULL, public_solved boolean NOT NULL,
	public_time_ms bigint, public_points_milli bigint NOT NULL, public_penalty_minutes int NOT NULL,
	PRIMARY KEY (contest_id, team_id, problem_id),
	FOREIGN KEY (contest_id, team_id) REFERENCES contest_teams,
	FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems
);

-- Append-only; numbered without gaps in commit order. `text` is canonical JSON and says it all;
-- the columns beside it are for finding things. hash = SHA-256(previous hash, text, salt).
CREATE TABLE leaderboard_events (
	contest_id ident NOT NULL,
	number bigint NOT NULL CHECK (number > 0),
	public_number bigint CHECK (public_number > 0),  -- only when bytes the public sees change
	kind event_kind NOT NULL,
	at timestamptz NOT NULL,
	submission_id ident,
	text text NOT NULL,
	salt bytea NOT NULL CHECK (octet_length(salt) = 16),
	hash sha256 NOT NULL,
	PRIMARY KEY (contest_id, number),
	UNIQUE (contest_id, public_number)
);

-- Can the log of a contest be believed, are its boards the log's, could every event be applied? What
-- was found last, for /metrics and doctor.
CREATE TABLE contest_checks (
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	what text NOT NULL CHECK (what IN ('log', 'board', 'apply')),
	number bigint NOT NULL,                -- the log's last event then
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	ok boolean NOT NULL,
	why text NOT NULL DEFAULT '',
	PRIMARY KEY (contest_id, what)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'CA002';
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON leaderboard_events
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON leaderboard_events
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE leaderboard_events ENABLE ALWAYS TRIGGER events_append_only;
ALTER TABLE leaderboard_events ENABLE ALWAYS TRIGGER events_no_truncate;

-- ---------------------------------------------------------------- the rest

CREATE SEQUENCE clarification_ids;
CREATE TABLE clarifications (
	id ident PRIMARY KEY DEFAULT nextval('clarification_ids')::text,
	contest_id ident NOT NULL REFERENCES contests,
	problem_id ident,
	from_team_id ident,                    -- NULL: from the jury
	to_team_id ident,                      -- NULL with from NULL: to everybody
	reply_to_id ident REFERENCES clarifications,
	text text NOT NULL CHECK (text <> '' AND length(text) <= 4000),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	contest_time_ms bigint NOT NULL,
	answered_at timestamptz,
	account_id ident NOT NULL REFERENCES accounts,
	FOREIGN KEY (contest_id, problem_id) REFERENCES contest_problems,
	CHECK (from_team_id IS NULL OR to_team_id IS NULL)
);
CREATE INDEX clarifications_contest ON clarifications (contest_id, at);

CREATE TABLE audit_log (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	db_role text NOT NULL DEFAULT session_user,
	actor text NOT NULL,                   -- account id, or the name of the shell user
	action text NOT NULL,
	contest_id ident,
	subject text,
	detail jsonb NOT NULL DEFAULT '{}'
);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_log
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_log
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_no_truncate;

CREATE TABLE drafts (
	account_id ident NOT NULL REFERENCES accounts ON DELETE CASCADE,
	contest_id ident NOT NULL REFERENCES contests ON DELETE CASCADE,
	problem_id ident NOT NULL,
	language_id ident NOT NULL,
	body text NOT NULL CHECK (octet_length(body) <= 1048576),
	version bigint NOT NULL,               -- the client's counter: newest wins
	saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (account_id, contest_id, problem_id, language_id)
);

-- A POST that is repeated with its key gets the first one's submission; another body is refused.
CREATE TABLE idempotency_keys (
	account_id ident NOT NULL REFERENCES accounts ON DELETE CASCADE,
	key text NOT NULL CHECK (key ~ '^[!-~]{1,100}$'),
	body_hash sha256 NOT NULL,
	submission_id ident NOT NULL,
	created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (account_id, key)
);

-- ---------------------------------------------------------------- functions
--
-- SECURITY DEFINER with a fixed search_path: they run as the owner and check session_user, the
-- role that logged in. Errors that a caller is meant to see: CA001 bad input, CA002 denied,
-- CA003 not found, CA004 conflict, CA005 try again.

CREATE FUNCTION require_role(VARIADIC roles text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF session_user <> ALL (roles) THEN
		RAISE EXCEPTION 'role % may not do this', session_user USING ERRCODE = 'CA002';
	END IF;
END $$;

-- First statement of every transaction that changes a board. now_at is the time of what happens
-- next: the database's clock, never before the last event of this contest.
CREATE FUNCTION contest_lock(contest ident, OUT number bigint, OUT public_number bigint,
	OUT submission_ordinal bigint, OUT head bytea, OUT now_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	SELECT c.number, c.public_number, c.submission_ordinal, c.head,
	       c.last_at
	INTO number, public_number, submission_ordinal, head, now_at
	FROM contest_counter c WHERE c.contest_id = contest FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such contest: "%"', contest USING ERRCODE = 'CA003';
	END IF;
	now_at := greatest(clock_timestamp(), now_at);  -- taken after the lock was granted
END $$;

-- The instant at which the contest's clock shows ms; removed intervals before it push it back.
CREATE FUNCTION contest_wall(contest ident, ms double precision) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	at timestamptz;
	i contest_intervals;
BEGIN
	SELECT start_at + ms / clock_rate * interval '1 millisecond' INTO at FROM contests
	WHERE id = contest;
	FOR i IN SELECT * FROM contest_intervals WHERE contest_id = contest AND removed
	         ORDER BY from_at LOOP
		IF i.from_at < at THEN
			at := at + (i.to_at - i.from_at);
		END IF;
	END LOOP;
	RETURN at;
END $$;

-- Appends one event under the lock. The caller computed number, public_number and hash from what
-- contest_lock gave; anything else is refused, so no event can be lost, doubled or reordered.
CREATE FUNCTION event_append(contest ident, new_number bigint, new_public_number bigint,
	new_kind event_kind, new_at timestamptz, new_submission ident, new_text text,
	new_salt bytea, new_hash bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	c contest_counter;
BEGIN
	IF new_kind = 'judgement' THEN
		PERFORM require_role('codearena_judge', 'codearena_admin');
	ELSE
		PERFORM require_role('codearena_api', 'codearena_admin');
	END IF;
	SELECT * INTO STRICT c FROM contest_counter WHERE contest_id = contest FOR UPDATE;
	IF new_number <> c.number + 1
	   OR (new_public_number IS NOT NULL AND new_public_number <> c.public_number + 1)
	   OR new_at < c.last_at THEN
		RAISE EXCEPTION 'event % of contest % does not follow %', new_number, contest, c.number
			USING ERRCODE = 'CA004';
	END IF;
	IF new_hash <> sha256(c.head || convert_to(new_text, 'UTF8') || new_salt) THEN
		RAISE EXCEPTION 'event % of contest %: wrong hash', new_number, contest
			USING ERRCODE = 'CA001';
	END IF;
	INSERT INTO leaderboard_events VALUES (contest, new_number, new_public_number, new_kind,
		new_at, new_submission, new_text, new_salt, new_hash);
	UPDATE contest_counter SET number = new_number,
		public_number = coalesce(new_public_number, public_number),
		head = new_hash, last_at = new_at
	WHERE contest_id = contest;
END $$;

-- Many events at once, with the times at which they happened: a contest's past from elsewhere.
CREATE FUNCTION events_append(contest ident, numbers bigint[], public_numbers bigint[],
	kinds event_kind[], ats timestamptz[], subs text[], texts text[], salts bytea[],
	hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	c contest_counter;
BEGIN
	PERFORM require_role('codearena_admin');
	SELECT * INTO STRICT c FROM contest_counter WHERE contest_id = contest FOR UPDATE;
	FOR i IN 1..cardinality(numbers) LOOP
		IF numbers[i] <> c.number + 1 OR ats[i] < c.last_at OR ats[i] > clock_timestamp()
		   OR (public_numbers[i] IS NOT NULL AND public_numbers[i] <> c.public_number + 1) THEN
			RAISE EXCEPTION 'event % of contest % does not follow %', numbers[i], contest,
				c.number USING ERRCODE = 'CA004';
		END IF;
		IF hashes[i] <> sha256(c.head || convert_to(texts[i], 'UTF8') || salts[i]) THEN
			RAISE EXCEPTION 'event % of contest %: wrong hash', numbers[i], contest
				USING ERRCODE = 'CA001';
		END IF;
		c.number := numbers[i];
		c.public_number := coalesce(public_numbers[i], c.public_number);
		c.head := hashes[i];
		c.last_at := ats[i];
	END LOOP;
	INSERT INTO leaderboard_events
	SELECT contest, u.* FROM unnest(numbers, public_numbers, kinds, ats, subs, texts, salts,
		hashes) u;
	UPDATE contest_counter SET number = c.number, public_number = c.public_number,
		head = c.head, last_at = c.last_at
	WHERE contest_id = contest;
END $$;

-- Problems of a contest's past that are not here: known by name, without tests.
CREATE FUNCTION past_problems(ids text[], names text[], limits int[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_admin');
	WITH made AS (
		INSERT INTO problems (id, latest_version) SELECT u.id, 1 FROM unnest(ids) u (id)
		ON CONFLICT (id) DO NOTHING RETURNING id
	)
	INSERT INTO problem_versions (problem_id, version, name, time_limit_ms, memory_limit_kib,
		package_hash)
	SELECT u.id, 1, u.name, u.ms, 2097152, sha256(convert_to('feed:' || u.id, 'UTF8'))
	FROM unnest(ids, names, limits) u (id, name, ms) JOIN made ON made.id = u.id;
END $$;

-- The submissions of a contest's past, in order of submission, as they stand in the end. Only into
-- a contest that has none.
CREATE FUNCTION past_submissions(contest ident, account ident, ids text[], teams text[],
	problems text[], languages text[], entries text[], ats timestamptz[], contest_ms bigint[],
	practices boolean[], judgement_ids text[], verdicts verdict[], points bigint[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_admin');
	UPDATE contest_counter SET submission_ordinal = cardinality(ids)
	WHERE contest_id = contest AND submission_ordinal = 0;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % has submissions of its own', contest USING ERRCODE = 'CA004';
	END IF;
	INSERT INTO submissions (id, contest_id, ordinal, team_id, problem_id, language_id, account_id,
		entry_point, submitted_at, contest_time_ms, practice, source_size, month, state,
		judgement_id, verdict, points_milli)
	SELECT u.id, contest, u.n, u.team, u.problem, u.language, account, u.entry, u.at, u.ms,
	       u.practice, 0, date_trunc('month', u.at AT TIME ZONE 'UTC')::date,
	       CASE WHEN u.verdict IS NULL THEN 'queued' ELSE 'final' END::submission_state,
	       u.judgement, u.verdict, u.points
	FROM unnest(ids, teams, problems, languages, entries, ats, contest_ms, practices,
		judgement_ids, verdicts, points) WITH ORDINALITY
		AS u (id, team, problem, language, entry, at, ms, practice, judgement, verdict, points, n);
END $$;

-- Their judgements, decided elsewhere. The id is <submission>-<ordinal>.
CREATE FUNCTION past_judgements(contest ident, subs text[], ordinals int[], valids boolean[],
	verdicts verdict[], points bigint[], times int[], starts timestamptz[], ends timestamptz[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_admin');
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at, state, valid,
		problem_version, verdict, points_milli, time_ms, outside, created_at, started_at,
		finished_at)
	SELECT u.submission || '-' || u.ordinal, u.submission, contest, u.ordinal, 'contest',
	       s.submitted_at, 'final', u.valid, p.version, u.verdict, u.points, u.time_ms, true,
	       s.submitted_at, u.started, u.finished
	FROM unnest(subs, ordinals, valids, verdicts, points, times, starts, ends)
		AS u (submission, ordinal, valid, verdict, points, time_ms, started, finished)
	JOIN submissions s ON s.id = u.submission AND s.contest_id = contest
	JOIN contest_problems p ON p.contest_id = contest AND p.problem_id = s.problem_id;
END $$;

-- One submission of a contest that is played again, and the verdict that it once got. Under
-- contest_lock, with the ordinal from there; the time is the past's, on the new contest's clock.
CREATE FUNCTION outside_submission(contest ident, new_ordinal bigint, new_id ident, account ident,
	team ident, problem ident, language ident, at timestamptz, contest_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_admin');
	UPDATE contest_counter SET submission_ordinal = new_ordinal
	WHERE contest_id = contest AND submission_ordinal = new_ordinal - 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'submission % of contest % is out of order', new_ordinal, contest
			USING ERRCODE = 'CA004';
	END IF;
	INSERT INTO submissions (id, contest_id, ordinal, team_id, problem_id, language_id, account_id,
		submitted_at, contest_time_ms, practice, source_size, month)
	VALUES (new_id, contest, new_ordinal, team, problem, language, account, at, contest_ms, false,
		0, date_trunc('month', at AT TIME ZONE 'UTC')::date);
END $$;

CREATE FUNCTION outside_judgement(submission ident, its_verdict verdict, points bigint, slowest int,
	its_subtasks text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_admin');
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at, state, valid,
		problem_version, verdict, points_milli, time_ms, subtasks, outside, created_at,
		started_at, finished_at)
	SELECT s.id || '-1', s.id, s.contest_id, 1, 'contest', s.submitted_at, 'final', true,
	       p.version, its_verdict, points, slowest, its_subtasks, true, s.submitted_at,
	       s.submitted_at, clock_timestamp()
	FROM submissions s
	JOIN contest_problems p ON p.contest_id = s.contest_id AND p.problem_id = s.problem_id
	WHERE s.id = submission;
	UPDATE submissions SET state = 'final', judgement_id = submission || '-1',
		verdict = its_verdict, points_milli = points
	WHERE id = submission AND state = 'queued';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'submission % has a verdict already', submission
			USING ERRCODE = 'CA004';
	END IF;
	RETURN submission || '-1';
END $$;

-- Cells as text arrays of equal length; absolute values.
CREATE FUNCTION cells_put(contest ident, teams text[], problems text[],
	judged int[], pending int[], solved boolean[], time_ms bigint[], points bigint[], penalty int[],
	p_judged int[], p_pending int[], p_solved boolean[], p_time_ms bigint[], p_points bigint[],
	p_penalty int[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_judge', 'codearena_admin');
	INSERT INTO contest_penalties
	SELECT contest, u.* FROM unnest(teams, problems, judged, pending, solved, time_ms, points,
		penalty, p_judged, p_pending, p_solved, p_time_ms, p_points, p_penalty) u
	ON CONFLICT (contest_id, team_id, problem_id) DO UPDATE SET
		judged = excluded.judged, pending = excluded.pending, solved = excluded.solved,
		time_ms = excluded.time_ms, points_milli = excluded.points_milli,
		penalty_minutes = excluded.penalty_minutes,
		public_judged = excluded.public_judged, public_pending = excluded.public_pending,
		public_solved = excluded.public_solved, public_time_ms = excluded.public_time_ms,
		public_points_milli = excluded.public_points_milli,
		public_penalty_minutes = excluded.public_penalty_minutes;
END $$;

-- One submission, its first judgement, its place in the queue. Under contest_lock; the caller
-- checked what contestants may do and took the ordinal and the time from the lock. The files
-- follow by submission_file_add. Returns the id.
CREATE FUNCTION submission_add(contest ident, new_ordinal bigint, team ident, problem ident,
	language ident, account ident, entry text, at timestamptz, contest_ms bigint,
	is_practice boolean, size int, idem_key text, idem_hash bytea,
	file_names text[], file_bodies bytea[]) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	new_id text;
	month date := date_trunc('month', at AT TIME ZONE 'UTC')::date;
	prior text;
	prior_hash bytea;
	q timestamptz;
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	IF idem_key IS NOT NULL THEN
		SELECT submission_id, body_hash INTO prior, prior_hash FROM idempotency_keys
		WHERE account_id = account AND key = idem_key;
		IF FOUND THEN
			RAISE EXCEPTION 'idempotency key was used for submission %', prior
				USING ERRCODE = 'CA004';
		END IF;
	END IF;
	UPDATE contest_counter SET submission_ordinal = new_ordinal
	WHERE contest_id = contest AND submission_ordinal = new_ordinal - 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'submission % of contest % is out of order', new_ordinal, contest
			USING ERRCODE = 'CA004';
	END IF;
	new_id := nextval('submission_ids')::text;
	INSERT INTO submissions (id, contest_id, ordinal, team_id, problem_id, language_id,
		account_id, entry_point, submitted_at, contest_time_ms, practice, source_size, month)
	VALUES (new_id, contest, new_ordinal, team, problem, language, account, entry, at,
		contest_ms, is_practice, size, month);
	INSERT INTO submission_files
	SELECT new_id, month, u.n - 1, u.name, u.body
	FROM unnest(file_names, file_bodies) WITH ORDINALITY AS u (name, body, n);
	UPDATE contest_teams SET queue_at = greatest(at, queue_at + interval '1 second')
	WHERE contest_id = contest AND team_id = team RETURNING queue_at INTO q;
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at, problem_version)
	SELECT new_id || '-1', new_id, contest, 1,
	       CASE WHEN is_practice OR c.practice THEN 'practice' ELSE 'contest' END::queue_class,
	       q, p.version
	FROM contest_problems p JOIN contests c ON c.id = p.contest_id
	WHERE p.contest_id = contest AND p.problem_id = problem;
	IF idem_key IS NOT NULL THEN
		INSERT INTO idempotency_keys (account_id, key, body_hash, submission_id)
		VALUES (account, idem_key, idem_hash, new_id);
	END IF;
	RETURN new_id;
END $$;

-- A judge takes the best queued judgement that it can run, or nothing.
-- low: rejudgings and custom runs as well; a judge that keeps a slot free for contestants says no.
-- hidden: of a rejudging that is not applied; nobody but the jury may hear of it.
CREATE FUNCTION judgement_claim(judge text, judge_languages text[], lease interval, low boolean)
RETURNS TABLE (judgement_id text, submission_id text, attempt int, contest_id text, team_id text,
	problem_id text, problem_version int, language_id text, entry_point text, month date,
	class queue_class, practice boolean, hidden boolean, icpc_verdicts boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_judge');
	IF EXISTS (SELECT FROM workers w WHERE w.name = judge AND w.judging_paused) THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH best AS (
		SELECT j.id FROM judgements j
		JOIN submissions s ON s.id = j.submission_id
		JOIN contest_problems p ON p.contest_id = s.contest_id AND p.problem_id = s.problem_id
		JOIN languages l ON l.id = s.language_id
		WHERE j.state = 'queued' AND s.language_id = ANY (judge_languages)
		  AND l.enabled AND NOT l.judging_paused AND NOT p.judging_paused AND (low OR j.class < 'rejudge')
		ORDER BY j.class, j.queue_at, j.id
		LIMIT 1 FOR UPDATE OF j SKIP LOCKED
	), taken AS (
		UPDATE judgements j SET state = 'judging', attempt = j.attempt + 1, worker = judge,
			lease_until = clock_timestamp() + lease, started_at = clock_timestamp()
		FROM best WHERE j.id = best.id RETURNING j.*
	), shown AS (
		UPDATE submissions s SET state = 'judging' FROM taken t
		WHERE s.id = t.submission_id AND t.valid AND s.state = 'queued' RETURNING s.id
	)
	SELECT t.id::text, s.id::text, t.attempt, s.contest_id::text, s.team_id::text,
	       s.problem_id::text, t.problem_version, s.language_id::text, s.entry_point, s.month,
	       t.class, s.practice, NOT t.valid, c.icpc_verdicts
	FROM taken t JOIN submissions s ON s.id = t.submission_id
	JOIN contests c ON c.id = s.contest_id;
END $$;

-- Extends the leases this judge still holds; answers which of them. One that is missing from the
-- answer was taken back: stop working on it.
CREATE FUNCTION judgement_heartbeat(judge text, ids text[], attempts int[], lease interval)
RETURNS TABLE (judgement_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_judge');
	RETURN QUERY UPDATE judgements j SET lease_until = clock_timestamp() + lease
	FROM unnest(ids, attempts) u (id, attempt)
	WHERE j.id = u.id AND j.attempt = u.attempt AND j.state = 'judging' AND j.worker = judge
	RETURNING j.id::text;
END $$;

-- Gives a judgement back to the queue. failed: the judge's own fault, counted; after three the
-- caller records JE instead. Answers the number of failures, or NULL when the attempt is stale.
CREATE FUNCTION judgement_release(judgement ident, its_attempt int, failed boolean, why text)
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	n int;
	sub text;
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	UPDATE judgements j SET state = 'queued', lease_until = NULL, worker = NULL,
		failures = j.failures + failed::int, fault = why
	WHERE j.id = judgement AND j.attempt = its_attempt AND j.state = 'judging'
	RETURNING j.failures, j.submission_id INTO n, sub;
	UPDATE submissions SET state = 'queued' WHERE id = sub AND state = 'judging'
	  AND NOT EXISTS (SELECT FROM judgements WHERE submission_id = sub AND state = 'judging');
	RETURN n;
END $$;

-- The judge whose claim was taken back was alive and only late (its host stood still): that was no
-- failure. One that a submission kills never says so.
CREATE FUNCTION judgement_was_alive(judgement ident, its_attempt int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_judge');
	UPDATE judgements j SET failures = j.failures - 1
	WHERE j.id = judgement AND j.failures > 0 AND j.state IN ('queued', 'judging')
	  AND (j.attempt > its_attempt OR j.state = 'queued' AND j.attempt = its_attempt);
END $$;

-- The decision, inside the recording transaction (contest locked before). False when the attempt
-- is stale or the judgement is final: nothing was written. Only a valid judgement moves its submission.
CREATE FUNCTION judgement_finish(judgement ident, its_attempt int, its_verdict verdict,
	points bigint, slowest_ms int, largest_kib bigint, total int, its_groups jsonb, its_fault text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	j judgements;
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	UPDATE judgements SET state = 'final', lease_until = NULL, verdict = its_verdict,
		points_milli = points, time_ms = slowest_ms, memory_kib = largest_kib,
		tests_total = total, groups = its_groups, subtasks = (
			SELECT string_agg(greatest(coalesce((g->>'points')::bigint, 0), 0)::text, ' ' ORDER BY n)
			FROM jsonb_array_elements(its_groups) WITH ORDINALITY t (g, n)
			WHERE g->>'name' ~ '^secret/[^/]+$' AND g->>'points' IS NOT NULL),
		fault = coalesce(its_fault, fault),
		finished_at = clock_timestamp()
	WHERE id = judgement AND attempt = its_attempt AND state <> 'final' RETURNING * INTO j;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF j.valid THEN
		UPDATE submissions SET state = 'final', judgement_id = j.id, verdict = its_verdict,
			points_milli = points, held = its_verdict <> 'JE' AND NOT practice
				AND (SELECT c.hold FROM contests c WHERE c.id = contest_id)
		WHERE id = j.submission_id;
	END IF;
	IF its_verdict = 'JE' THEN
		INSERT INTO dead_letters (judgement_id, reason)
		VALUES (j.id, coalesce(its_fault, j.fault, 'judging error')) ON CONFLICT DO NOTHING;
	END IF;
	IF j.valid THEN
		PERFORM rejudging_join(j.submission_id);
	END IF;
	RETURN true;
END $$;

-- The runs and outputs of a judgement; same transaction, after judgement_finish said true.
CREATE FUNCTION runs_add(judgement ident, ordinals int[], verdicts verdict[], times int[],
	walls int[], memories bigint[], exit_codes int[], signals int[], messages text[],
	team_messages text[], first_times int[], contest_ms bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	INSERT INTO submission_results (judgement_id, ordinal, verdict, time_ms, wall_ms, memory_kib,
		exit_code, signal, message, team_message, first_time_ms, contest_time_ms)
	SELECT judgement, u.*, contest_ms
	FROM unnest(ordinals, verdicts, times, walls, memories, exit_codes, signals, messages,
		team_messages, first_times) u;
END $$;

CREATE FUNCTION outputs_add(judgement ident, its_month date, kinds text[], ordinals int[],
	bodies bytea[], cuts boolean[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	INSERT INTO judgement_outputs (judgement_id, month, kind, ordinal, body, truncated)
	SELECT judgement, its_month, u.* FROM unnest(kinds, ordinals, bodies, cuts) u
	ON CONFLICT (judgement_id, month, kind, ordinal) DO NOTHING;
END $$;

-- Judge one submission anew: a further judgement that takes the place of the valid one when it is
-- final (`replace`), as rejudge-one does; rejudging sets come with replace = false.
CREATE FUNCTION judgement_add(submission ident, its_class queue_class, replace boolean)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	n int;
	s submissions;
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT * INTO s FROM submissions WHERE id = submission FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such submission: "%"', submission USING ERRCODE = 'CA003';
	END IF;
	IF s.state <> 'final' THEN
		RAISE EXCEPTION 'submission % is still being judged', submission USING ERRCODE = 'CA004';
	END IF;
	IF EXISTS (SELECT FROM judgements WHERE submission_id = submission AND outside) THEN
		RAISE EXCEPTION 'submission % was judged elsewhere: there is no source', submission
			USING ERRCODE = 'CA004';
	END IF;
	SELECT max(ordinal) + 1 INTO n FROM judgements WHERE submission_id = submission;
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at,
		problem_version, valid)
	SELECT submission || '-' || n, submission, s.contest_id, n, its_class, clock_timestamp(),
	       p.version, replace
	FROM contest_problems p
	WHERE p.contest_id = s.contest_id AND p.problem_id = s.problem_id;
	IF replace THEN
		UPDATE judgements SET valid = false
		WHERE submission_id = submission AND ordinal < n;
		UPDATE submissions SET state = 'queued', judgement_id = NULL, verdict = NULL,
			points_milli = 0, held = false WHERE id = submission;
	END IF;
	RETURN submission || '-' || n;
END $$;

-- ---------------------------------------------------------------- rejudgings
--
-- All under contest_lock, so that nothing is judged between the look and the deed.

-- Does a submission with that judgement belong to what a filter chooses? Members: problem_ids,
-- language_ids, team_ids, submission_ids, verdicts, workers (lists), from_ms and until_ms (contest
-- time; until is beyond). What is missing chooses all.
CREATE FUNCTION rejudging_matches(f jsonb, s submissions, j judgements) RETURNS boolean
LANGUAGE sql STABLE SET search_path = codearena, pg_temp AS $$
	SELECT (f->'problem_ids' IS NULL OR f->'problem_ids' ? s.problem_id)
	   AND (f->'language_ids' IS NULL OR f->'language_ids' ? s.language_id)
	   AND (f->'team_ids' IS NULL OR f->'team_ids' ? s.team_id)
	   AND (f->'submission_ids' IS NULL OR f->'submission_ids' ? s.id)
	   AND (f->'verdicts' IS NULL OR f->'verdicts' ? j.verdict::text)
	   AND (f->'workers' IS NULL OR f->'workers' ? coalesce(j.worker, ''))
	   AND (f->'from_ms' IS NULL OR s.contest_time_ms >= (f->>'from_ms')::bigint)
	   AND (f->'until_ms' IS NULL OR s.contest_time_ms < (f->>'until_ms')::bigint)
$$;

-- One more submission for a set. The judgement is not valid: hidden until the set is applied.
CREATE FUNCTION rejudging_add(its_id ident, submission ident) RETURNS void
LANGUAGE plpgsql SET search_path = codearena, pg_temp AS $$
DECLARE
	n int;
	s submissions;
BEGIN
	SELECT * INTO STRICT s FROM submissions WHERE id = submission;
	SELECT max(ordinal) + 1 INTO n FROM judgements WHERE submission_id = submission;
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at,
		problem_version, valid)
	SELECT submission || '-' || n, submission, s.contest_id, n, 'rejudge', clock_timestamp(),
	       p.version, false
	FROM rejudging_problems p WHERE p.rejudging_id = its_id AND p.problem_id = s.problem_id;
	INSERT INTO rejudging_submissions (rejudging_id, submission_id, old_judgement_id, judgement_id)
	VALUES (its_id, submission, s.judgement_id, submission || '-' || n);
END $$;

-- A submission got a verdict while sets are open: those that change its problem's version need it
-- too, or it would be the only one left that was judged with the old data.
CREATE FUNCTION rejudging_join(submission ident) RETURNS void
LANGUAGE plpgsql SET search_path = codearena, pg_temp AS $$
DECLARE
	one text;
BEGIN
	SELECT r.id INTO one
	FROM submissions s JOIN judgements j ON j.id = s.judgement_id
	JOIN rejudgings r ON r.contest_id = s.contest_id AND r.state = 'open'
	JOIN rejudging_problems p ON p.rejudging_id = r.id AND p.problem_id = s.problem_id
	WHERE s.id = submission AND p.version <> p.old_version AND j.problem_version <> p.version
	  AND j.decided_by IS NULL
	  AND rejudging_matches(r.filter, s, j)
	  AND NOT EXISTS (SELECT FROM rejudging_submissions m JOIN rejudgings o ON o.id = m.rejudging_id
	                  WHERE m.submission_id = s.id AND o.state = 'open')
	ORDER BY r.created_at, r.id LIMIT 1;
	IF one IS NOT NULL THEN
		PERFORM rejudging_add(one, submission);
	END IF;
END $$;

-- A submission can be in one open set only: two could not both be previewed.
CREATE FUNCTION rejudging_check_single(its_id ident, subs text[]) RETURNS void
LANGUAGE plpgsql SET search_path = codearena, pg_temp AS $$
DECLARE
	sub text;
	other text;
BEGIN
	SELECT m.submission_id, m.rejudging_id INTO sub, other
	FROM rejudging_submissions m JOIN rejudgings o ON o.id = m.rejudging_id
	WHERE o.state = 'open' AND o.id <> its_id AND m.submission_id = ANY (subs)
	ORDER BY m.submission_id LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'submission % is in rejudging %, which is still open', sub, other
			USING ERRCODE = 'CA004';
	END IF;
END $$;

-- A new set of what the filter chooses among the submissions that have a verdict, but not a
-- person's (an override stands). newest: judged with the newest versions of their problems, else
-- with the contest's.
CREATE FUNCTION rejudging_create(contest ident, its_filter jsonb, newest boolean, why text,
	actor text, OUT id text, OUT total int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	subs text[];
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT array_agg(s.id ORDER BY s.ordinal) INTO subs
	FROM submissions s JOIN judgements j ON j.id = s.judgement_id
	WHERE s.contest_id = contest AND s.state = 'final' AND NOT j.outside AND j.decided_by IS NULL
	  AND rejudging_matches(its_filter, s, j);
	IF subs IS NULL THEN
		RAISE EXCEPTION 'no judged submission is chosen' USING ERRCODE = 'CA004';
	END IF;
	INSERT INTO rejudgings (contest_id, filter, reason, created_by)
	VALUES (contest, its_filter, why, actor) RETURNING rejudgings.id INTO id;
	PERFORM rejudging_check_single(id, subs);
	INSERT INTO rejudging_problems (rejudging_id, problem_id, version, old_version)
	SELECT rejudging_create.id, p.problem_id, CASE WHEN newest THEN q.latest_version ELSE p.version END,
	       p.version
	FROM contest_problems p JOIN problems q ON q.id = p.problem_id
	WHERE p.contest_id = contest AND EXISTS (SELECT FROM submissions s
		WHERE s.id = ANY (subs) AND s.problem_id = p.problem_id);
	PERFORM rejudging_add(rejudging_create.id, u.sub) FROM unnest(subs) u (sub);
	total := cardinality(subs);
END $$;

-- A set that brings back what counted before another one was applied. What was judged since with
-- a version that goes away again is judged anew.
CREATE FUNCTION rejudging_undo(contest ident, other ident, why text, actor text, OUT id text,
	OUT total int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	r rejudgings;
	subs text[];
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT * INTO r FROM rejudgings x WHERE x.id = other AND x.contest_id = contest;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such rejudging: "%"', other USING ERRCODE = 'CA003';
	ELSIF r.state <> 'applied' THEN
		RAISE EXCEPTION 'rejudging % is %, there is nothing to undo', other, r.state
			USING ERRCODE = 'CA004';
	END IF;
	INSERT INTO rejudgings (contest_id, filter, reason, created_by, undoes)
	SELECT contest, jsonb_build_object('problem_ids', coalesce((SELECT jsonb_agg(p.problem_id)
		FROM rejudging_problems p WHERE p.rejudging_id = other), '[]')), why, actor, other
	RETURNING rejudgings.id INTO id;
	INSERT INTO rejudging_problems (rejudging_id, problem_id, version, old_version)
	SELECT rejudging_undo.id, p.problem_id,
	       CASE WHEN p.version = c.version THEN p.old_version ELSE c.version END, c.version
	FROM rejudging_problems p JOIN contest_problems c ON c.contest_id = contest
		AND c.problem_id = p.problem_id
	WHERE p.rejudging_id = other;
	INSERT INTO rejudging_submissions (rejudging_id, submission_id, old_judgement_id, judgement_id)
	SELECT rejudging_undo.id, m.submission_id, m.judgement_id, m.old_judgement_id
	FROM rejudging_submissions m JOIN submissions s ON s.id = m.submission_id
	WHERE m.rejudging_id = other AND s.judgement_id = m.judgement_id;
	SELECT array_agg(s.id ORDER BY s.ordinal) INTO subs
	FROM submissions s JOIN judgements j ON j.id = s.judgement_id
	JOIN rejudging_problems p ON p.rejudging_id = rejudging_undo.id AND p.problem_id = s.problem_id
	WHERE s.contest_id = contest AND s.state = 'final' AND NOT j.outside AND j.decided_by IS NULL
	  AND p.version <> p.old_version AND j.problem_version = p.old_version
	  AND NOT EXISTS (SELECT FROM rejudging_submissions m
	                  WHERE m.rejudging_id = rejudging_undo.id AND m.submission_id = s.id);
	PERFORM rejudging_add(rejudging_undo.id, u.sub) FROM unnest(subs) u (sub);
	SELECT array_agg(m.submission_id), count(*) INTO subs, total
	FROM rejudging_submissions m WHERE m.rejudging_id = rejudging_undo.id;
	IF total = 0 THEN
		RAISE EXCEPTION 'nothing of rejudging % counts any more', other USING ERRCODE = 'CA004';
	END IF;
	PERFORM rejudging_check_single(rejudging_undo.id, subs);
END $$;

-- How each submission of a set stands: pending (not judged anew yet), failed (JE), kept (what
-- counts now is newer than the set and is left alone), ready. Newer is a decision made since,
-- unless the set changes the problem's version and that decision was made with another one.
CREATE FUNCTION rejudging_look(its_id ident)
RETURNS TABLE (submission_id text, team_id text, problem_id text, old_judgement_id text,
	old_verdict verdict, judgement_id text, verdict verdict, points_milli bigint, status text)
LANGUAGE sql STABLE SET search_path = codearena, pg_temp AS $$
	SELECT s.id::text, s.team_id::text, s.problem_id::text, s.judgement_id::text, s.verdict,
	       n.id::text, n.verdict, n.points_milli,
	       CASE WHEN s.judgement_id IS DISTINCT FROM m.old_judgement_id
	                 AND (p.version = p.old_version OR now.problem_version = p.version
	                      OR now.decided_by IS NOT NULL) THEN 'kept'
	            WHEN n.state <> 'final' THEN 'pending'
	            WHEN n.verdict = 'JE' OR n.cancelled THEN 'failed'
	            ELSE 'ready' END
	FROM rejudging_submissions m JOIN submissions s ON s.id = m.submission_id
	JOIN judgements n ON n.id = m.judgement_id
	JOIN rejudging_problems p ON p.rejudging_id = m.rejudging_id AND p.problem_id = s.problem_id
	LEFT JOIN judgements now ON now.submission_id = s.id AND now.valid
	WHERE m.rejudging_id = its_id
	ORDER BY s.ordinal
$$;

-- After a contest's problems changed their version: what is not judged yet is judged with the new one;
-- its judge loses the claim. Under contest_lock or its row.
CREATE FUNCTION judgements_follow(contest ident) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE judgements j SET problem_version = p.version, state = 'queued', lease_until = NULL,
		worker = NULL, attempt = j.attempt + (j.state = 'judging')::int
	FROM submissions s JOIN contest_problems p
		ON p.contest_id = contest AND p.problem_id = s.problem_id
	WHERE j.submission_id = s.id AND s.contest_id = contest AND j.valid
	  AND j.state <> 'final' AND j.problem_version <> p.version;
	UPDATE submissions s SET state = 'queued' FROM judgements j
	WHERE j.submission_id = s.id AND s.contest_id = contest AND s.state = 'judging'
	  AND j.valid AND j.state = 'queued';
END $$;

-- The deed. keep_failed: those that could not be judged keep what they have. Judgements first,
-- then submissions: the order in which claims lock them.
CREATE FUNCTION rejudging_apply(its_id ident, keep_failed boolean, actor text, number bigint,
	its_result jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	r rejudgings;
	moved text;
	n record;
	subs text[];
	news text[];
	verdicts verdict[];
	points bigint[];
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT * INTO r FROM rejudgings WHERE id = its_id FOR UPDATE;
	IF r.state IS DISTINCT FROM 'open' THEN
		RAISE EXCEPTION 'rejudging % is %', its_id, r.state USING ERRCODE = 'CA004';
	END IF;
	SELECT p.problem_id INTO moved FROM rejudging_problems p JOIN contest_problems c
		ON c.contest_id = r.contest_id AND c.problem_id = p.problem_id
	WHERE p.rejudging_id = its_id AND c.version <> p.old_version;
	IF FOUND THEN
		RAISE EXCEPTION 'the contest''s version of problem % changed since rejudging % was made',
			moved, its_id USING ERRCODE = 'CA004';
	END IF;
	SELECT count(*) AS total, count(*) FILTER (WHERE status = 'pending') AS pending,
	       count(*) FILTER (WHERE status = 'failed') AS failed INTO n
	FROM rejudging_look(its_id);
	IF n.pending > 0 THEN
		RAISE EXCEPTION 'rejudging %: % of % submissions are not judged yet', its_id, n.pending,
			n.total USING ERRCODE = 'CA004';
	ELSIF n.failed > 0 AND NOT keep_failed THEN
		RAISE EXCEPTION 'rejudging %: % of % submissions could not be judged', its_id, n.failed,
			n.total USING ERRCODE = 'CA004';
	END IF;

	SELECT array_agg(l.submission_id), array_agg(l.judgement_id), array_agg(l.verdict),
	       array_agg(l.points_milli)
	INTO subs, news, verdicts, points
	FROM rejudging_look(its_id) l WHERE l.status = 'ready';
	-- What these submissions had; a single rejudging on its way is not wanted any more.
	UPDATE judgements j SET valid = false, cancelled = j.state <> 'final',
		state = 'final', lease_until = NULL
	WHERE j.submission_id = ANY (subs) AND j.valid;
	UPDATE judgements SET valid = true, confirmed_by = coalesce(confirmed_by, actor)
	WHERE id = ANY (news);
	UPDATE submissions s SET state = 'final', judgement_id = u.judgement, verdict = u.verdict,
		points_milli = u.points, held = false
	FROM unnest(subs, news, verdicts, points) u (submission, judgement, verdict, points)
	WHERE s.id = u.submission;
	UPDATE dead_letters d SET resolved_at = clock_timestamp() FROM judgements j
	WHERE j.submission_id = ANY (subs) AND NOT j.valid AND d.judgement_id = j.id
	  AND d.resolved_at IS NULL;
	UPDATE contest_problems c SET version = p.version FROM rejudging_problems p
	WHERE p.rejudging_id = its_id AND c.contest_id = r.contest_id AND c.problem_id = p.problem_id
	  AND c.version <> p.version;
	PERFORM judgements_follow(r.contest_id);
	UPDATE rejudgings SET state = 'applied', ended_by = actor, ended_at = clock_timestamp(),
		event_number = number, result = its_result
	WHERE id = its_id;
END $$;

-- Nothing of the contest changes; what is not judged yet is left.
CREATE FUNCTION rejudging_discard(contest ident, its_id ident, actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	r rejudgings;
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT * INTO r FROM rejudgings WHERE id = its_id AND contest_id = contest FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such rejudging: "%"', its_id USING ERRCODE = 'CA003';
	ELSIF r.state <> 'open' THEN
		RAISE EXCEPTION 'rejudging % is %', its_id, r.state USING ERRCODE = 'CA004';
	END IF;
	UPDATE judgements j SET state = 'final', cancelled = true, lease_until = NULL
	FROM rejudging_submissions m
	WHERE m.rejudging_id = its_id AND j.id = m.judgement_id AND j.state <> 'final';
	UPDATE rejudgings SET state = 'discarded', ended_by = actor, ended_at = clock_timestamp()
	WHERE id = its_id;
END $$;

-- Contest life; each is followed by its event in the same transaction.
CREATE FUNCTION contest_start(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET start_at = at WHERE id = contest
	  AND (start_at IS NULL OR start_at > at);
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % has started already', contest USING ERRCODE = 'CA004';
	END IF;
	PERFORM contest_reschedule_freeze(contest);
END $$;

-- Puts the scheduled freeze where the schedule says, while it has not begun. One that was made by
-- the button took its place.
CREATE FUNCTION contest_reschedule_freeze(contest ident) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	DELETE FROM contest_freezes WHERE contest_id = contest AND scheduled
		AND from_at > clock_timestamp();
	INSERT INTO contest_freezes (contest_id, from_at, scheduled)
	SELECT id, contest_wall(id, duration_ms - freeze_ms), true
	FROM contests c
	WHERE id = contest AND freeze_ms > 0 AND start_at IS NOT NULL AND ended_at IS NULL
	  AND NOT EXISTS (SELECT FROM contest_freezes f WHERE f.contest_id = contest)
	ON CONFLICT DO NOTHING;
END $$;

-- A scheduled freeze that is still to come gives way to the button.
CREATE FUNCTION contest_freeze(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	IF EXISTS (SELECT FROM contest_freezes WHERE contest_id = contest AND thawed_at IS NULL
	           AND from_at <= at AND to_at > at) THEN
		RAISE EXCEPTION 'contest % is frozen already', contest USING ERRCODE = 'CA004';
	END IF;
	DELETE FROM contest_freezes WHERE contest_id = contest AND scheduled AND from_at > at;
	INSERT INTO contest_freezes (contest_id, from_at) VALUES (contest, at);
END $$;

CREATE FUNCTION contest_thaw(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contest_freezes SET thawed_at = at, to_at = least(to_at, at)
	WHERE contest_id = contest AND thawed_at IS NULL AND from_at <= at;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % is not frozen', contest USING ERRCODE = 'CA004';
	END IF;
	DELETE FROM contest_reveals WHERE contest_id = contest;  -- nothing is left to reveal
END $$;

-- A reveal begins, or begins anew, with these steps; problems and ranks are NULL as in the table.
CREATE FUNCTION reveal_open(contest ident, teams text[], problems text[], ranks int[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	DELETE FROM contest_reveals WHERE contest_id = contest;
	INSERT INTO contest_reveals (contest_id, steps) VALUES (contest, cardinality(teams));
	INSERT INTO contest_reveal_steps
	SELECT contest, u.n, u.team, u.problem, u.rank
	FROM unnest(teams, problems, ranks) WITH ORDINALITY AS u (team, problem, rank, n);
END $$;

CREATE FUNCTION reveal_move(contest ident, new_position int, new_auto_ms int,
	new_next_at timestamptz, new_stop_rank int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contest_reveals SET position = new_position, auto_ms = new_auto_ms,
		next_at = new_next_at, stop_rank = new_stop_rank
	WHERE contest_id = contest;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no reveal of contest % is open', contest USING ERRCODE = 'CA004';
	END IF;
END $$;

-- Back to the frozen board.
CREATE FUNCTION reveal_close(contest ident) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	DELETE FROM contest_reveals WHERE contest_id = contest;
END $$;

CREATE FUNCTION contest_end(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET ended_at = at
	WHERE id = contest AND ended_at IS NULL AND start_at <= at
	  AND contest_wall(id, duration_ms) > at;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % is not running', contest USING ERRCODE = 'CA004';
	END IF;
	DELETE FROM contest_freezes WHERE contest_id = contest AND scheduled AND from_at > at;
END $$;

CREATE FUNCTION contest_finalize(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET finalized_at = at WHERE id = contest AND finalized_at IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % is finalized already', contest USING ERRCODE = 'CA004';
	END IF;
END $$;

-- The result is open again; it does not become final by the clock.
CREATE FUNCTION contest_unfinalize(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET finalized_at = NULL, finalize_at = NULL
	WHERE id = contest AND finalized_at <= at;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % is not finalized', contest USING ERRCODE = 'CA004';
	END IF;
END $$;

CREATE FUNCTION contest_end_updates(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET end_of_updates_at = at
	WHERE id = contest AND coalesce(end_of_updates_at > at, true);
	IF NOT FOUND THEN
		RAISE EXCEPTION 'the updates of contest % have ended already', contest
			USING ERRCODE = 'CA004';
	END IF;
END $$;

-- The scheduled freeze after the end has moved: it goes along while it has not begun, and it never
-- begins in the past.
CREATE FUNCTION contest_move_freeze(contest ident, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	IF EXISTS (SELECT FROM contest_freezes WHERE contest_id = contest AND from_at <= at) THEN
		RETURN;
	END IF;
	PERFORM contest_reschedule_freeze(contest);
	UPDATE contest_freezes SET from_at = at WHERE contest_id = contest AND from_at < at;
END $$;

CREATE FUNCTION contest_extend(contest ident, by_ms bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET duration_ms = duration_ms + by_ms WHERE id = contest;
	PERFORM contest_move_freeze(contest, at);
END $$;

-- Takes time out, or puts it back; the caller then gives the submissions their new times.
CREATE FUNCTION interval_remove(contest ident, from_time timestamptz, to_time timestamptz,
	at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	n int;
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	IF EXISTS (SELECT FROM contest_intervals WHERE contest_id = contest AND removed
	           AND from_at < to_time AND to_at > from_time) THEN
		RAISE EXCEPTION 'an interval that overlaps this one is removed already'
			USING ERRCODE = 'CA004';
	END IF;
	SELECT coalesce(max(id), 0) + 1 INTO n FROM contest_intervals WHERE contest_id = contest;
	INSERT INTO contest_intervals (contest_id, id, from_at, to_at)
	VALUES (contest, n, from_time, to_time);
	PERFORM contest_move_freeze(contest, at);
	RETURN n;
END $$;

CREATE FUNCTION interval_restore(contest ident, which int, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contest_intervals SET removed = false
	WHERE contest_id = contest AND id = which AND removed;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % has no removed interval %', contest, which
			USING ERRCODE = 'CA003';
	END IF;
	PERFORM contest_move_freeze(contest, at);
END $$;

CREATE FUNCTION submissions_retime(contest ident, ids text[], times bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE submissions s SET contest_time_ms = u.ms FROM unnest(ids, times) u (id, ms)
	WHERE s.id = u.id AND s.contest_id = contest AND s.contest_time_ms <> u.ms;
END $$;

-- One team of a contest: values that are NULL stay as they are. extension and adjustment are added.
CREATE FUNCTION team_change(contest ident, team ident, extension bigint, adjustment int,
	new_hidden boolean, new_unofficial boolean, new_disqualified boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contest_teams SET extension_ms = extension_ms + coalesce(extension, 0),
		penalty_adjustment = penalty_adjustment + coalesce(adjustment, 0),
		hidden = coalesce(new_hidden, hidden),
		unofficial = coalesce(new_unofficial, unofficial),
		disqualified = coalesce(new_disqualified, disqualified)
	WHERE contest_id = contest AND team_id = team;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such team in contest %: "%"', contest, team USING ERRCODE = 'CA003';
	END IF;
END $$;

-- A person's word about one submission, under the contest's lock.
CREATE FUNCTION submission_ignore(submission ident, leave_out boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE submissions SET ignored = leave_out WHERE id = submission AND ignored <> leave_out;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'submission % is % already', submission,
			CASE WHEN leave_out THEN 'ignored' ELSE 'counted' END USING ERRCODE = 'CA004';
	END IF;
END $$;

CREATE FUNCTION submission_confirm(submission ident, actor text, OUT judgement_id text,
	OUT verdict verdict, OUT points_milli bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE submissions s SET held = false WHERE s.id = submission AND s.held
	RETURNING s.judgement_id, s.verdict, s.points_milli
	INTO judgement_id, verdict, points_milli;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'submission % waits for no confirmation', submission
			USING ERRCODE = 'CA004';
	END IF;
	UPDATE judgements j SET confirmed_by = actor WHERE j.id = submission_confirm.judgement_id;
END $$;

-- A further judgement, made by a person, takes the place of all before it; one that is still at
-- work then moves nothing.
CREATE FUNCTION judgement_override(submission ident, its_verdict verdict, points bigint, actor text,
	why text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	n int;
	s submissions;
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	SELECT * INTO STRICT s FROM submissions WHERE id = submission FOR UPDATE;
	SELECT coalesce(max(ordinal), 0) + 1 INTO n FROM judgements WHERE submission_id = submission;
	UPDATE judgements SET valid = false WHERE submission_id = submission;
	INSERT INTO judgements (id, submission_id, contest_id, ordinal, class, queue_at, state,
		problem_version, verdict, points_milli, fault, decided_by, started_at, finished_at)
	SELECT submission || '-' || n, submission, s.contest_id, n, 'contest', clock_timestamp(),
	       'final', p.version, its_verdict, points, why, actor, clock_timestamp(),
	       clock_timestamp()
	FROM contest_problems p
	WHERE p.contest_id = s.contest_id AND p.problem_id = s.problem_id;
	UPDATE submissions SET state = 'final', judgement_id = submission || '-' || n,
		verdict = its_verdict, points_milli = points, held = false
	WHERE id = submission;
	UPDATE dead_letters SET resolved_at = clock_timestamp()
	WHERE resolved_at IS NULL
	  AND judgement_id IN (SELECT id FROM judgements WHERE submission_id = submission);
	RETURN submission || '-' || n;
END $$;

-- Turning the setting off lets everything through that waits.
CREATE FUNCTION contest_hold(contest ident, on_or_off boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET hold = on_or_off WHERE id = contest AND hold <> on_or_off;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contest % does that already', contest USING ERRCODE = 'CA004';
	END IF;
	IF NOT on_or_off THEN
		UPDATE submissions SET held = false WHERE contest_id = contest AND held;
	END IF;
END $$;

-- The caller has checked what may still move. new_start: NULL leaves it, infinity is not scheduled.
CREATE FUNCTION contest_schedule(contest ident, new_start timestamptz, new_duration bigint,
	new_freeze bigint, thaw timestamptz, finalize timestamptz, updates timestamptz,
	at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET start_at = CASE WHEN new_start IS NULL THEN start_at
			WHEN isfinite(new_start) THEN new_start END,
		duration_ms = new_duration, freeze_ms = new_freeze, thaw_at = thaw,
		finalize_at = finalize, end_of_updates_at = updates
	WHERE id = contest;
	PERFORM contest_move_freeze(contest, at);
END $$;

-- Members as record_settings checks them; what is missing stays.
CREATE FUNCTION contest_settings(contest ident, s jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET name = coalesce(s->>'name', name),
		formal_name = coalesce(s->>'formal_name', formal_name),
		penalty_minutes = coalesce((s->>'penalty_time')::int, penalty_minutes),
		compile_penalty = coalesce((s->>'compile_penalty')::boolean, compile_penalty),
		best_subtasks = coalesce((s->>'best_subtasks')::boolean, best_subtasks),
		show_runs = coalesce(s->>'show_runs', show_runs),
		after_end = coalesce(s->>'after_end', after_end),
		icpc_verdicts = coalesce((s->>'icpc_verdicts')::boolean, icpc_verdicts),
		hidden = coalesce((s->>'hidden')::boolean, hidden),
		practice = coalesce((s->>'practice')::boolean, practice),
		submissions_per_minute = coalesce((s->>'submissions_per_minute')::int,
			submissions_per_minute)
	WHERE id = contest;
END $$;

CREATE FUNCTION contest_medals(contest ident, gold int, silver int, bronze int, extra int,
	with_honors boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	UPDATE contests SET medals_gold = gold, medals_silver = silver, medals_bronze = bronze,
		medals_extra = extra, honors = with_honors
	WHERE id = contest;
END $$;

-- Stops or resumes the judging of a contest's problem, a language or a host: nothing of it is
-- claimed; what is at work goes on. Exactly one of the three is named.
CREATE FUNCTION judging_pause(contest ident, problem ident, language ident, host text,
	paused boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	IF problem IS NOT NULL THEN
		UPDATE contest_problems SET judging_paused = paused, judging_resumed_at =
			CASE WHEN paused THEN judging_resumed_at ELSE clock_timestamp() END
		WHERE contest_id = contest AND problem_id = problem;
	ELSIF language IS NOT NULL THEN
		UPDATE languages SET judging_paused = paused, judging_resumed_at =
			CASE WHEN paused THEN judging_resumed_at ELSE clock_timestamp() END
		WHERE id = language;
	ELSE
		UPDATE workers SET judging_paused = paused WHERE name = host;
	END IF;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no such %: "%"', CASE WHEN problem IS NOT NULL THEN 'problem'
			WHEN language IS NOT NULL THEN 'language' ELSE 'judge host' END,
			coalesce(problem, language, host) USING ERRCODE = 'CA003';
	END IF;
END $$;

-- After a JE: as many of them on one problem or in one language since it was last resumed pause it
-- there; a language only when they are of more than one problem, so that one bad package does not
-- stop it in all contests. Answers what was paused now.
CREATE FUNCTION judging_pause_after_faults(judgement ident, limit_count int)
RETURNS TABLE (kind text, contest_id text, subject text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	s submissions;
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	SELECT x.* INTO STRICT s FROM submissions x JOIN judgements j ON j.submission_id = x.id
	WHERE j.id = judgement;
	RETURN QUERY
	WITH faults AS (
		SELECT d.at, x.contest_id, x.problem_id, x.language_id FROM dead_letters d
		JOIN judgements j ON j.id = d.judgement_id JOIN submissions x ON x.id = j.submission_id
		WHERE d.resolved_at IS NULL
	), problem AS (
		UPDATE contest_problems p SET judging_paused = true
		WHERE p.contest_id = s.contest_id AND p.problem_id = s.problem_id
		  AND NOT p.judging_paused AND limit_count <= (SELECT count(*) FROM faults f
			WHERE f.contest_id = p.contest_id AND f.problem_id = p.problem_id
			  AND f.at > p.judging_resumed_at)
		RETURNING p.contest_id, p.problem_id
	), language AS (
		UPDATE languages l SET judging_paused = true
		WHERE l.id = s.language_id AND NOT l.judging_paused
		  AND (SELECT count(*) >= limit_count AND count(DISTINCT f.problem_id) > 1
		       FROM faults f
		       WHERE f.language_id = l.id AND f.at > l.judging_resumed_at)
		RETURNING l.id
	), paused AS (
		SELECT 'problem' AS kind, p.contest_id::text AS contest, p.problem_id::text AS subject
		FROM problem p
		UNION ALL SELECT 'language', s.contest_id::text, l.id::text FROM language l
	), told AS (
		INSERT INTO audit_log (actor, action, contest_id, subject, detail)
		SELECT 'judge', 'judging.pause', p.contest, p.subject, jsonb_build_object('kind', p.kind,
			'reason', limit_count || ' judging errors') FROM paused p
	)
	SELECT p.kind, p.contest, p.subject FROM paused p;
END $$;

-- Registration by api: a team of one with its account; role team only.
CREATE FUNCTION account_register(new_id ident, new_username text, hash text, team_name text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
BEGIN
	PERFORM require_role('codearena_api', 'codearena_admin');
	INSERT INTO teams (id, name) VALUES (new_id, team_name);
	INSERT INTO accounts (id, username, password_hash, role, team_id, name)
	VALUES (new_id, new_username, hash, 'team', new_id, team_name);
END $$;

-- Samples are the only test data that api may read, and callers ask only after the start.
CREATE FUNCTION data_body(of_hash sha256) RETURNS bytea
LANGUAGE sql STABLE SET search_path = codearena, pg_temp AS $$
	SELECT coalesce(string_agg(c.body, ''::bytea ORDER BY c.ordinal), ''::bytea)
	FROM test_data_chunks c WHERE c.hash = of_hash
$$;
CREATE FUNCTION sample_data(problem ident, its_version int)
RETURNS TABLE (ordinal int, name text, input bytea, answer bytea, interaction bytea,
	input_download bytea, answer_download bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
	SELECT s.ordinal, s.name,
	       CASE WHEN s.input_hash IS NOT NULL THEN data_body(s.input_hash) END,
	       CASE WHEN s.answer_hash IS NOT NULL THEN data_body(s.answer_hash) END,
	       CASE WHEN s.interaction_hash IS NOT NULL THEN data_body(s.interaction_hash) END,
	       CASE WHEN s.input_download_hash IS NOT NULL THEN data_body(s.input_download_hash) END,
	       CASE WHEN s.answer_download_hash IS NOT NULL THEN data_body(s.answer_download_hash) END
	FROM problem_samples s
	WHERE s.problem_id = problem AND s.version = its_version
	ORDER BY s.ordinal
$$;
-- A test case that its package shows to whom it fails (full_feedback): of such a run only, and only
-- what is not too large to be sent (8 MiB).
CREATE FUNCTION feedback_data(judgement ident, test int, part text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
	SELECT data_body(d.hash)
	FROM submission_results r JOIN judgements j ON j.id = r.judgement_id
	JOIN submissions s ON s.id = j.submission_id
	JOIN test_cases t ON t.problem_id = s.problem_id AND t.version = j.problem_version
		AND t.ordinal = r.ordinal
	JOIN test_data d ON d.hash = CASE part WHEN 'input' THEN t.input_hash
		WHEN 'answer' THEN t.answer_hash END
	WHERE r.judgement_id = judgement AND r.ordinal = test AND t.full_feedback
	  AND r.verdict <> 'AC' AND d.size <= 8388608
$$;

-- ---------------------------------------------------------------- importing problems

CREATE FUNCTION json_words(list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = codearena, pg_temp AS $$
	SELECT coalesce(array_agg(w ORDER BY n), '{}')
	FROM jsonb_array_elements_text(list) WITH ORDINALITY AS t(w, n)
$$;
CREATE FUNCTION json_hash(v jsonb) RETURNS sha256
LANGUAGE sql IMMUTABLE SET search_path = codearena, pg_temp AS $$
	SELECT decode(v #>> '{}', 'hex')::sha256
$$;

-- All rows of a new version but its tests and programs. Statements and files are copied, so that
-- api needs no right to test data.
CREATE FUNCTION problem_import_texts(problem ident, new_version int, m jsonb) RETURNS void
LANGUAGE sql SET search_path = codearena, pg_temp AS $$
	INSERT INTO problem_versions (problem_id, version, name, names, time_limit_ms, time_limit_from,
		memory_limit_kib, output_limit_kib, code_limit_kib, compile_limit_ms, compile_memory_kib,
		validation_limit_ms, validation_memory_kib, validation_output_kib, validation_passes,
		validator_flags, package_hash, settings, format, scoring, interactive, multi_pass,
		submit_answer, custom_validation, custom_score, minimize, show_groups, languages)
	SELECT problem, new_version, m->>'name', m->'names', (m->>'time_limit_ms')::int,
	       m->>'time_limit_from', (m->>'memory_limit_kib')::int, (m->>'output_limit_kib')::int,
	       (m->>'code_limit_kib')::int, (m->>'compile_limit_ms')::int,
	       (m->>'compile_memory_kib')::int, (m->>'validation_limit_ms')::int,
	       (m->>'validation_memory_kib')::int, (m->>'validation_output_kib')::int,
	       (m->>'validation_passes')::int, m->>'validator_flags', json_hash(m->'hash'),
	       m->'settings', m->>'format', (m->>'scoring')::boolean, (m->>'interactive')::boolean,
	       (m->>'multi_pass')::boolean, (m->>'submit_answer')::boolean,
	       (m->>'custom_validation')::boolean, (m->>'custom_score')::boolean,
	       (m->>'minimize')::boolean, (m->>'show_groups')::boolean,
	       CASE WHEN jsonb_typeof(m->'languages') = 'array' THEN json_words(m->'languages') END;
	INSERT INTO problem_statements (problem_id, version, language, format, body)
	SELECT problem, new_version, v->>'language', v->>'format', data_body(json_hash(v->'hash'))
	FROM jsonb_array_elements(m->'statements') v;
	INSERT INTO problem_files (problem_id, version, kind, name, body)
	SELECT problem, new_version, v->>'kind', v->>'name', data_body(json_hash(v->'hash'))
	FROM jsonb_array_elements(m->'files') v
$$;

CREATE FUNCTION problem_import_tests(problem ident, new_version int, m jsonb) RETURNS void
LANGUAGE sql SET search_path = codearena, pg_temp AS $$
	INSERT INTO test_groups (problem_id, version, ordinal, parent, name, on_reject, verdict_mode,
		accept_if_any, ignore_sample, score_mode, accept_score, reject_score, range_min, range_max,
		case_max, custom_grader, grader_flags, requires)
	SELECT problem, new_version, n, (v->>'parent')::int, v->>'name', v->>'on_reject',
	       v->>'verdict_mode', (v->>'accept_if_any')::boolean, (v->>'ignore_sample')::boolean,
	       v->>'score_mode', (v->>'accept_score')::double precision,
	       (v->>'reject_score')::double precision, (v->>'range_min')::double precision,
	       (v->>'range_max')::double precision, (v->>'case_max')::double precision,
	       (v->>'custom_grader')::boolean, json_words(v->'grader_flags'),
	       json_words(v->'requires')::int[]
	FROM jsonb_array_elements(m->'groups') WITH ORDINALITY AS t(v, n);
	INSERT INTO test_cases (problem_id, version, ordinal, name, sample, group_ordinal, input_hash,
		answer_hash, validator_args, max_score, args, full_feedback, hint, description)
	SELECT problem, new_version, n, v->>'name', (v->>'sample')::boolean, (v->>'group')::int,
	       json_hash(v->'input'), json_hash(v->'answer'), json_words(v->'validator_args'),
	       (v->>'max_score')::double precision, json_words(v->'args'),
	       (v->>'full_feedback')::boolean, v->>'hint', v->>'description'
	FROM jsonb_array_elements(m->'cases') WITH ORDINALITY AS t(v, n);
	INSERT INTO test_case_files (problem_id, version, ordinal, name, size, hash)
	SELECT problem, new_version, n, f->>'name', (f->>'size')::bigint, json_hash(f->'hash')
	FROM jsonb_array_elements(m->'cases') WITH ORDINALITY AS t(v, n),
	     jsonb_array_elements(v->'files') f;
	INSERT INTO problem_samples (problem_id, version, ordinal, name, input_hash, answer_hash,
		interaction_hash, input_download_hash, answer_download_hash)
	SELECT problem, new_version, n, v->>'name', json_hash(v->'input'), json_hash(v->'answer'),
	       json_hash(v->'interaction'), json_hash(v->'input_download'),
	       json_hash(v->'answer_download')
	FROM jsonb_array_elements(m->'samples') WITH ORDINALITY AS t(v, n);
	INSERT INTO problem_programs (problem_id, version, kind, ordinal, name, language, entry, build,
		run, expected)
	SELECT problem, new_version, v->>'kind', n, v->>'name', v->>'language', v->>'entry',
	       (v->>'build')::boolean, (v->>'run')::boolean, v->'expected'
	FROM jsonb_array_elements(m->'programs') WITH ORDINALITY AS t(v, n);
	INSERT INTO problem_program_files (problem_id, version, kind, ordinal, name, executable, size,
		hash)
	SELECT problem, new_version, v->>'kind', n, f->>'name', (f->>'executable')::boolean,
	       (f->>'size')::bigint, json_hash(f->'hash')
	FROM jsonb_array_elements(m->'programs') WITH ORDINALITY AS t(v, n),
	     jsonb_array_elements(v->'files') f
$$;

-- A new version of a problem from a manifest (package/package_manifest.c), whose files are in
-- test_data already. Equal content makes none. One transaction: nothing is there by halves.
CREATE FUNCTION problem_import(problem ident, m jsonb, by_actor text)
RETURNS TABLE (version int, same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	newest int;
BEGIN
	PERFORM require_role('codearena_judge', 'codearena_admin');
	INSERT INTO problems (id) VALUES (problem) ON CONFLICT DO NOTHING;
	SELECT p.latest_version INTO newest FROM problems p WHERE p.id = problem FOR UPDATE;
	IF EXISTS (SELECT FROM problem_versions v WHERE v.problem_id = problem AND v.version = newest
		AND v.package_hash = json_hash(m->'hash')
		AND (v.time_limit_ms, v.time_limit_from)
		    = ((m->>'time_limit_ms')::int, m->>'time_limit_from')) THEN
		RETURN QUERY SELECT newest, true;
		RETURN;
	END IF;
	newest := newest + 1;
	PERFORM problem_import_texts(problem, newest, m);
	PERFORM problem_import_tests(problem, newest, m);
	UPDATE problems p SET latest_version = newest WHERE p.id = problem;
	INSERT INTO audit_log (actor, action, subject, detail)
	VALUES (by_actor, 'problem import', problem, jsonb_build_object('version', newest));
	RETURN QUERY SELECT newest, false;
END $$;

-- Partitions for this month and the eleven after; anybody's start may call it.
CREATE FUNCTION partitions_ahead() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = codearena, pg_temp AS $$
DECLARE
	m date;
	parent text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('codearena.partitions'));
	FOREACH parent IN ARRAY ARRAY['submission_files', 'judgement_outputs'] LOOP
		FOR i IN 0..11 LOOP
			m := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => i))::date;
			EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I '
				'FOR VALUES FROM (%L) TO (%L)', parent || to_char(m, '_YYYYMM'), parent,
				m, (m + interval '1 month')::date);
		END LOOP;
	END LOOP;
END $$;

-- ---------------------------------------------------------------- who may do what

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA codearena FROM PUBLIC;
GRANT USAGE ON SCHEMA codearena TO codearena_api, codearena_judge, codearena_admin;
GRANT EXECUTE ON FUNCTION contest_lock, contest_wall, event_append, cells_put, partitions_ahead
	TO codearena_api, codearena_judge, codearena_admin;
GRANT SELECT ON rejudgings, rejudging_problems, rejudging_submissions TO codearena_api;
GRANT EXECUTE ON FUNCTION rejudging_create, rejudging_undo, rejudging_look, rejudging_apply,
	rejudging_discard TO codearena_api, codearena_admin;

-- api: serves everybody; reads no test data, writes no judgement.
GRANT SELECT ON instance, organizations, groups, teams, team_groups, accounts, refresh_tokens,
	problems, problem_versions, problem_statements, problem_files, languages, contests,
	contest_counter, contest_freezes, contest_intervals, contest_problems, contest_teams, submissions,
	submission_files, judgements, submission_results, judgement_outputs, dead_letters, workers,
	contest_penalties, leaderboard_events, clarifications, audit_log, drafts, idempotency_keys
	TO codearena_api;
GRANT SELECT (problem_id, version, ordinal, name, sample, hint, full_feedback) ON test_cases
	TO codearena_api;
GRANT SELECT (problem_id, version, ordinal, name) ON problem_samples TO codearena_api;
GRANT INSERT, UPDATE ON refresh_tokens, drafts TO codearena_api;
GRANT DELETE ON refresh_tokens, drafts TO codearena_api;
GRANT UPDATE (password_hash, token_epoch) ON accounts TO codearena_api;
GRANT INSERT ON clarifications, audit_log, contest_teams TO codearena_api;
GRANT UPDATE (answered_at) ON clarifications TO codearena_api;
GRANT USAGE ON SEQUENCE clarification_ids TO codearena_api;
GRANT EXECUTE ON FUNCTION submission_add, judgement_add, contest_start, contest_freeze,
	contest_thaw, contest_end, contest_finalize, contest_reschedule_freeze, account_register,
	sample_data, feedback_data TO codearena_api;

-- judge: reads what judging needs; writes through functions, but for its own presence.
GRANT SELECT ON instance, problems, problem_versions, test_cases, test_case_files, test_data,
	test_data_chunks, test_groups, problem_programs, problem_program_files, problem_samples,
	languages, contests, contest_counter, contest_freezes, contest_intervals, contest_problems,
	contest_teams, teams, team_groups, groups, organizations, submissions, submission_files, judgements,
	submission_results, contest_penalties, leaderboard_events, workers TO codearena_judge;
GRANT INSERT, UPDATE ON languages, workers TO codearena_judge;
GRANT INSERT ON audit_log TO codearena_judge;
GRANT EXECUTE ON FUNCTION judgement_claim, judgement_heartbeat, judgement_release, judgement_was_alive,
	judgement_finish, runs_add, outputs_add, judging_pause_after_faults TO codearena_judge;

-- Imports: api stores the bytes, a judge host reads them; both judge and admin make versions.
GRANT SELECT ON problem_imports TO codearena_api;
GRANT INSERT ON problem_imports, problem_import_chunks TO codearena_api;
GRANT USAGE ON SEQUENCE problem_import_ids TO codearena_api;
GRANT SELECT ON problem_imports, problem_import_chunks TO codearena_judge;
GRANT UPDATE (state, step, version, errors, notes, worker, lease_until, attempts, finished_at)
	ON problem_imports TO codearena_judge;
GRANT DELETE ON problem_import_chunks TO codearena_judge;
GRANT INSERT ON test_data, test_data_chunks TO codearena_judge;
GRANT EXECUTE ON FUNCTION problem_import TO codearena_judge, codearena_admin;

-- admin tool: everything but writing the log, cells, submissions and judgements by hand.
GRANT SELECT ON ALL TABLES IN SCHEMA codearena TO codearena_admin;
GRANT INSERT, UPDATE ON instance, organizations, groups, teams, team_groups, accounts, test_data,
	test_data_chunks, languages, contests, contest_counter, contest_freezes, contest_problems, contest_teams,
	dead_letters, clarifications, drafts, refresh_tokens TO codearena_admin;
GRANT DELETE ON team_groups, refresh_tokens, contest_freezes, contest_problems TO codearena_admin;
GRANT INSERT ON audit_log TO codearena_admin;
GRANT USAGE ON SEQUENCE clarification_ids TO codearena_admin;
GRANT SELECT ON contest_reveals, contest_reveal_steps TO codearena_api, codearena_judge;
GRANT EXECUTE ON FUNCTION reveal_open, reveal_move, reveal_close TO codearena_api, codearena_admin;
GRANT EXECUTE ON FUNCTION contest_move_freeze, contest_extend, interval_remove, interval_restore,
	submissions_retime, team_change, submission_ignore, submission_confirm, judgement_override,
	contest_hold, contest_schedule, contest_unfinalize, contest_end_updates, contest_settings,
	contest_medals, judging_pause
	TO codearena_api, codearena_admin;
GRANT EXECUTE ON FUNCTION judging_pause_after_faults, judgements_follow TO codearena_admin;
-- A backup reads everything, the partitions to come and where the sequences are as well.
GRANT SELECT ON ALL SEQUENCES IN SCHEMA codearena TO codearena_admin;
ALTER DEFAULT PRIVILEGES IN SCHEMA codearena GRANT SELECT ON TABLES TO codearena_admin;
GRANT EXECUTE ON FUNCTION events_append, past_problems, past_submissions, past_judgements,
	outside_submission, outside_judgement TO codearena_admin;
GRANT SELECT, INSERT, UPDATE ON contest_checks TO codearena_api;
GRANT EXECUTE ON FUNCTION submission_add, judgement_add, judgement_finish, judgement_release,
	runs_add, outputs_add, contest_start, contest_freeze, contest_thaw, contest_end,
	contest_finalize, contest_reschedule_freeze, account_register, sample_data TO codearena_admin;
RESET ROLE;
SELECT codearena.partitions_ahead();
