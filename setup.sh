#!/usr/bin/env bash
# setup.sh -- from an empty clone to a live contest, and the life of that instance afterwards.
#
#   ./setup.sh              sets up what is missing and starts it; again: changes nothing
#   ./setup.sh start|stop|status
#   ./setup.sh new-demo     ends the demo contest and begins another
#   ./setup.sh destroy      removes this instance: processes, users, data, programs; no packages
#
# Settings, as options or in the environment: --instance (INSTANCE), --prefix (PREFIX), --data
# (DATA), --port (PORT), --address (ADDRESS), --yes. Several instances live side by side.
#
# Every step asks first whether it is done already. A step that fails says what that means and what
# to do, and shows the end of the log; after the cause is gone, the same command goes on from there.
# The machine's own PostgreSQL and Redis are never touched: the instance has private ones, on
# sockets of its own. Secrets are made here, at random, one file each.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

refuse() {
	printf 'setup: %s\n' "$*" >&2
	exit 2
}
# shellcheck source=scripts/instance.sh
. scripts/instance.sh

usage() {
	sed -n '3,10s/^# \{0,1\}//p' setup.sh
}

# ---------------------------------------------------------------- saying what happens

step='the beginning' means='nothing was changed' advice='see the line above'
setup_log=/dev/null

# step NAME MEANS ADVICE: what begins now, what its failure means, what to do about it.
step() {
	step=$1 means=$2 advice=$3
	printf '%s %s\n' "$(date -u +%H:%M:%S)" "$step" | tee -a "$setup_log"
}

failed() {
	local status=$?
	[ "$BASHPID" = $$ ] || exit "$status" # told once, by the outermost shell
	trap - ERR
	{
		printf '\nFAILED: %s (exit code %s, %s)\n' "$step" "$status" "${BASH_COMMAND%%$'\n'*}"
		if [ "$setup_log" != /dev/null ]; then
			printf 'The end of %s:\n' "$setup_log"
			tail -n 15 "$setup_log" | sed 's/^/  | /'
		fi
		printf 'It means: %s.\nTo do:    %s; then run setup.sh again.\n' "$means" "$advice"
	} >&2
	exit 1
}
trap failed ERR

# fail SENTENCE: a step's own finding, told in the same way.
fail() {
	printf '%s\n' "$*" | tee -a "$setup_log" >&2
	false
}

quietly() {
	"$@" >>"$setup_log" 2>&1
}

# The same, but what it prints is shown as well.
aloud() {
	{ "$@" 2>&3 | tee -a /dev/fd/3; } 3>>"$setup_log"
}

# ---------------------------------------------------------------- before anything

check_system() {
	[ "$(id -u)" = 0 ] || refuse 'must run as root: it makes users and starts the sandbox; sudo ./setup.sh'
	[ "$(uname -s)" = Linux ] || refuse 'CodeArena judges on Linux only'
	local ID='' VERSION_ID=''
	# shellcheck source=/dev/null
	[ ! -r /etc/os-release ] || . /etc/os-release
	case $ID:$VERSION_ID in
	debian:12 | debian:13 | ubuntu:24.04) ;;
	*) refuse "this is ${ID:-an unknown system} ${VERSION_ID:-}; Debian 12, Debian 13 and Ubuntu 24.04 are supported" ;;
	esac
}

# What an instance's folders carry, so that destroy can only remove what setup made.
mark() {
	printf '%s\n' "$INSTANCE" >"$1/.codearena-instance"
}

marked() {
	[ "$(cat "$1/.codearena-instance" 2>/dev/null)" = "$INSTANCE" ]
}

claim_folder() {
	if [ -d "$1" ] && ! marked "$1" && [ -n "$(ls -A "$1")" ]; then
		refuse "$1 is there already and is not this instance's; choose another with $2"
	fi
	mkdir -p "$1"
	mark "$1"
	chmod "$3" "$1"
}

one_at_a_time() {
	mkdir -p /run/codearena
	exec 9>"/run/codearena/$INSTANCE.setup-lock"
	flock -n 9 || refuse "another setup.sh is at work on instance $INSTANCE"
}

make_folders() {
	claim_folder "$PREFIX" PREFIX 0755
	claim_folder "$DATA" DATA 0711
	mkdir -p "$DATA"/{log,etc,secrets,run}
	chmod 0750 "$DATA/log"
	chmod 0711 "$DATA"/{etc,secrets,run}
	setup_log=$DATA/log/setup.log
	printf '\n== %s setup.sh, instance %s\n' "$(date -u +%FT%TZ)" "$INSTANCE" >>"$setup_log"
}

# ---------------------------------------------------------------- steps

# Everything a build reads. Equal hash: the programs in PREFIX are those of this clone.
source_hash() {
	find Makefile base model scoreboard api judge admin sql problems scripts/gen-* scripts/supervise -type f \
		-not -path '*/node_modules/*' -print0 2>/dev/null | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
}

build() {
	local hash
	hash=$(source_hash)
	[ "$hash" != "$(cat "$PREFIX/.source" 2>/dev/null)" ] || return 0
	quietly make -j"$(nproc)" RELEASE=1 PREFIX="$PREFIX" all web
	quietly make RELEASE=1 PREFIX="$PREFIX" install
	install -d "$PREFIX/libexec"
	install -m 755 scripts/supervise "$PREFIX/libexec/"
	printf '%s\n' "$hash" >"$PREFIX/.source"
	rebuilt=yes
}

make_users() {
	local name
	for name in pg redis api judge; do
		id "$INSTANCE-$name" >/dev/null 2>&1 || quietly useradd --system --user-group \
			--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$INSTANCE-$name"
	done
	install -d -m 0700 -o "$INSTANCE-pg" -g "$INSTANCE-pg" "$DATA/pg"
	install -d -m 0700 -o "$INSTANCE-redis" -g "$INSTANCE-redis" "$DATA/redis"
	install -d -m 0700 -o "$INSTANCE-judge" -g "$INSTANCE-judge" "$DATA/judge"
	install -d -m 0711 -o "$INSTANCE-pg" -g "$INSTANCE-pg" "$DATA/run/postgres"
	install -d -m 0711 -o "$INSTANCE-redis" -g "$INSTANCE-redis" "$DATA/run/redis"
}

random_text() {
	od -An -v -N "${1:-24}" -tx1 /dev/urandom | tr -d ' \n'
}

# secret NAME OWNER: made once; the file is never readable by others, not even for a moment.
secret() {
	local file=$DATA/secrets/$1
	if [ ! -s "$file" ]; then
		(umask 077 && random_text >"$file.new")
		mv -f "$file.new" "$file"
	fi
	chmod 600 "$file"
	chown "$2:" "$file"
}

make_secrets() {
	secret postgres root
	secret pg-api "$INSTANCE-api"
	secret pg-judge "$INSTANCE-judge"
	secret pg-admin root
	secret redis-api "$INSTANCE-api"
	secret redis-judge "$INSTANCE-judge"
	secret redis-admin root
	secret jwt-key "$INSTANCE-api"
	secret registration-code "$INSTANCE-api"
}

# write FILE MODE OWNER: stdin becomes the file, if it is not there: an admin's change stays.
write() {
	if [ -e "$1" ]; then
		cat >/dev/null # or the writer would die of a closed pipe
		return
	fi
	(umask 077 && cat >"$1.new")
	chmod "$2" "$1.new"
	chown "$3" "$1.new"
	mv -f "$1.new" "$1"
}

# Containers' uids: 20 million for each of 190 instances, chosen by its name.
uid_base() {
	[ "$INSTANCE" = codearena ] && echo 2000000 && return
	echo $((100000000 + $(cksum <<<"$INSTANCE" | cut -d' ' -f1) % 190 * 20000000))
}

settings_of() {
	cat <<END
# Settings of ${2:-codearena-$1}, instance $INSTANCE; what is not here has its default:
# codearena settings prints them all.
instance = $INSTANCE
data_dir = $DATA
prefix = $PREFIX
END
	[ "$1" = box ] || cat <<END
pg_socket_dir = $DATA/run/postgres
pg_user = codearena_$1
pg_password_file = $DATA/secrets/pg-$1
redis_socket = $DATA/run/redis/redis.sock
redis_user = $1
redis_password_file = $DATA/secrets/redis-$1
END
	case $1 in
	api | admin) printf 'listen_address = %s\nlisten_port = %s\n' "$ADDRESS" "$PORT" ;;
	box) printf 'uid_base = %s\n' "$(uid_base)" ;;
	esac
}

write_settings() {
	local name file
	settings_of api | write "$DATA/etc/api.conf" 640 "root:$INSTANCE-api"
	settings_of judge | write "$DATA/etc/judge.conf" 640 "root:$INSTANCE-judge"
	settings_of box | write "$DATA/etc/box.conf" 600 root:root
	settings_of admin codearena | write "$DATA/etc/admin.conf" 600 root:root
	for name in api admin; do
		file=$DATA/etc/$name.conf
		if ! grep -qxF "listen_port = $PORT" "$file" || ! grep -qxF "listen_address = $ADDRESS" "$file"; then
			sed -i -e "s/^listen_port = .*/listen_port = $PORT/" -e "s/^listen_address = .*/listen_address = $ADDRESS/" "$file"
			rebuilt=yes
		fi
	done
	mkdir -p /etc/codearena
	ln -sfn "$DATA/etc/admin.conf" "/etc/codearena/$INSTANCE.conf"
	[ "$INSTANCE" != codearena ] || [ -e /usr/local/bin/codearena ] ||
		ln -sfn "$PREFIX/bin/codearena" /usr/local/bin/codearena
}

port_is_free() {
	runs api && return
	if curl -s -o /dev/null --max-time 2 "$url/healthz"; then
		fail "port $PORT of $ADDRESS is used by another program"
	fi
}

# ---------------------------------------------------------------- PostgreSQL

tuning() {
	local memory_mib
	memory_mib=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
	cat <<END
# Written by setup.sh; change it freely, it is not written again.
listen_addresses = ''
unix_socket_directories = '$DATA/run/postgres'
max_connections = 100
# An acknowledged submission is on disk.
synchronous_commit = on
shared_buffers = $((memory_mib / 16 > 512 ? 512 : memory_mib / 16 < 64 ? 64 : memory_mib / 16))MB
wal_level = replica
max_wal_size = 1GB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u '
END
}

make_cluster() {
	[ ! -s "$DATA/pg/PG_VERSION" ] || return 0
	rm -rf "$DATA/pg.new"
	install -d -m 0700 -o "$INSTANCE-pg" -g "$INSTANCE-pg" "$DATA/pg.new"
	install -m 0600 -o "$INSTANCE-pg" "$DATA/secrets/postgres" "$DATA/pg.pw"
	quietly setpriv --reuid="$INSTANCE-pg" --regid="$INSTANCE-pg" --clear-groups \
		"$(pg_bin)/initdb" -D "$DATA/pg.new" -U postgres --pwfile="$DATA/pg.pw" --data-checksums \
		--auth-local=scram-sha-256 --auth-host=reject --encoding=UTF8 --locale=C.UTF-8 --no-instructions
	rm -f "$DATA/pg.pw"
	tuning >>"$DATA/pg.new/postgresql.conf"
	rmdir "$DATA/pg"
	mv "$DATA/pg.new" "$DATA/pg" # whole or not at all
}

schema_version() {
	local newest
	newest=$(find sql/migrations -name '[0-9]*.sql' | sort | tail -n 1)
	newest=${newest##*/}
	echo $((10#${newest%%_*}))
}

make_database() {
	[ "$(database=postgres sql -c "SELECT count(*) FROM pg_database WHERE datname = 'codearena'")" = 0 ] || return 0
	database=postgres quietly sql -c 'CREATE DATABASE codearena'
}

# Passwords are read by psql itself: they stand in no file of ours and in no process list.
apply_roles() {
	{
		printf "\\\\set %s_password \`cat '%s'\`\n" api "$DATA/secrets/pg-api" judge "$DATA/secrets/pg-judge" admin "$DATA/secrets/pg-admin"
		cat sql/roles.sql
		echo 'REVOKE CONNECT, TEMPORARY ON DATABASE codearena FROM PUBLIC;'
		echo 'GRANT CONNECT ON DATABASE codearena TO codearena_api, codearena_judge, codearena_admin;'
	} | quietly sql
}

apply_schema() {
	quietly sql --single-transaction -f sql/schema.sql -f - <<-END
		INSERT INTO codearena.instance (name, incarnation, schema_version)
		VALUES ('$INSTANCE', '$(random_text 4)', $(schema_version));
	END
}

# Forward only, each with its number in one transaction.
apply_migrations() {
	local file number have
	have=$(sql -c 'SELECT schema_version FROM codearena.instance')
	for file in sql/migrations/[0-9]*.sql; do
		number=${file##*/} number=$((10#${number%%_*}))
		[ "$number" -gt "$have" ] || continue
		quietly sql --single-transaction -f "$file" -c "UPDATE codearena.instance SET schema_version = $number"
	done
}

make_schema() {
	make_database
	if [ "$(sql -c "SELECT to_regclass('codearena.instance') IS NULL")" = t ]; then
		apply_roles
		apply_schema
	else
		apply_migrations
	fi
}

# ---------------------------------------------------------------- Redis

# One user per program: only the keys and channels it works with, no command that wipes, lists or
# configures. A judge has no business with limits and rate counters; the admin tool reads, repairs
# boards and rings. PSUBSCRIBE is allowed for exactly the patterns that stand here.
redis_users() {
	local p=$INSTANCE: common
	common='-@all +@read +@write +@scripting +@connection +@transaction +publish -@dangerous -@admin -function -script|flush -script|kill'
	echo 'user default off resetkeys resetchannels -@all'
	echo "user api on #$(hash_of redis-api) resetkeys ~$p* resetchannels &$p* &${p}board:* &${p}events:*" \
		"&${p}clarification:* $common +@pubsub"
	echo "user judge on #$(hash_of redis-judge) resetkeys ~${p}submissions ~${p}processing:*" \
		"~${p}processed:* ~${p}leaderboard:* resetchannels &$p* $common"
	echo "user admin on #$(hash_of redis-admin) resetkeys %R~$p* ~${p}submissions ~${p}leaderboard:*" \
		"resetchannels &$p* $common +info +dbsize"
}

hash_of() {
	sha256sum <"$DATA/secrets/$1" | cut -c1-64
}

make_redis() {
	redis_users | write "$DATA/etc/redis.acl" 640 "root:$INSTANCE-redis"
	write "$DATA/etc/redis.conf" 640 "root:$INSTANCE-redis" <<-END
		# The private Redis of instance $INSTANCE: no network port, a log of all writes, no snapshots.
		port 0
		unixsocket $DATA/run/redis/redis.sock
		unixsocketperm 777
		dir $DATA/redis
		aclfile $DATA/etc/redis.acl
		appendonly yes
		appendfsync everysec
		save ""
		maxmemory-policy noeviction
		daemonize no
		logfile ""
	END
}

# ---------------------------------------------------------------- programs

start_all() {
	local name
	for name in ${1:-$programs}; do
		start_program "$name" || {
			{
				printf '%s is not ready. The end of its log:\n' "$name"
				log_of "$name"
			} >>"$setup_log"
			false
		}
	done
}

stop_all() {
	local name
	for name in ${1:-api judge box redis postgres}; do
		stop_program "$name"
	done
}

status() {
	local name pid bad=0
	marked "$DATA" || refuse "there is no instance $INSTANCE in $DATA; ./setup.sh makes one"
	printf 'instance %s at %s, data in %s\n' "$INSTANCE" "$url" "$DATA"
	for name in $programs; do
		if ! pid=$(program_pid "$name"); then
			printf '  %-9s stopped\n' "$name"
			bad=3
		elif ready "$name"; then
			printf '  %-9s runs      pid %s, since %s\n' "$name" "$pid" "$(ps -o lstart= -p "$pid")"
		else
			printf '  %-9s no answer pid %s; its log: %s\n' "$name" "$pid" "$DATA/log/$name.log"
			bad=3
		fi
	done
	return "$bad"
}

# ---------------------------------------------------------------- destroy

confirm() {
	[ -z "$yes" ] || return 0
	[ -t 0 ] || refuse 'destroy asks first; without a terminal add --yes'
	local answer
	read -r -p "Remove instance $INSTANCE with all its data in $DATA? Type its name: " answer
	[ "$answer" = "$INSTANCE" ] || refuse 'nothing was removed'
}

destroy() {
	local name folder
	for folder in "$DATA" "$PREFIX"; do
		[ ! -e "$folder" ] || marked "$folder" || refuse "$folder is not instance $INSTANCE's: nothing was removed"
	done
	confirm
	stop_all
	for name in pg redis api judge; do
		id "$INSTANCE-$name" >/dev/null 2>&1 || continue
		pkill -KILL -u "$INSTANCE-$name" || true
		userdel "$INSTANCE-$name"
	done
	if systemd_runs; then
		for name in $programs; do
			systemctl -q disable "$(unit "$name")" 2>/dev/null || true
			rm -f "/etc/systemd/system/$(unit "$name")"
		done
		systemctl daemon-reload
	fi
	[ "$(readlink /usr/local/bin/codearena)" != "$PREFIX/bin/codearena" ] || rm -f /usr/local/bin/codearena
	rm -rf "$DATA" "$PREFIX" "/run/codearena/$INSTANCE" "/run/codearena/$INSTANCE.setup-lock" \
		"/etc/codearena/$INSTANCE.conf"
	rmdir /etc/codearena /run/codearena 2>/dev/null || true
	printf 'instance %s is gone; packages stay\n' "$INSTANCE"
}

# ---------------------------------------------------------------- commands

set_up() {
	check_system
	one_at_a_time
	make_folders
	step 'packages' 'a package could not be installed' \
		'check the network and apt (apt-get update), then look at the log'
	aloud scripts/install-packages
	step 'build' 'the programs could not be compiled or installed' \
		'if sources were changed, mend them; a failing npm needs its registry; else report the log'
	build
	step 'users, secrets, settings' 'users or files could not be made' \
		'is the disk full or mounted read-only? is /etc/passwd locked?'
	make_users
	make_secrets
	write_settings
	make_redis
	port_is_free
	! systemd_runs || write_units
	step 'PostgreSQL and Redis' 'the private PostgreSQL or Redis does not start' \
		"see $DATA/log/postgres.log and redis.log: disk, memory and the rights of $DATA are the usual causes"
	make_cluster
	start_all 'postgres redis'
	step 'schema' 'the database could not be brought to this version' \
		'nothing is half done: each file is one transaction; see the log for the statement'
	make_schema
	step 'box, judge, api' 'a program of CodeArena does not start' \
		"see its log in $DATA/log; codearena doctor tries each part"
	[ -z "$rebuilt" ] || stop_all 'api judge box'
	start_all 'box judge api'
	step 'problems and accounts' 'problems or accounts could not be imported' \
		'see the log; the line that begins with codearena: says what was wrong'
	aloud scripts/demo-contest ensure
	step 'self-check' 'a program that is known to be right was not accepted: this host cannot judge that language' \
		"run codearena --config $DATA/etc/admin.conf doctor: it tries each wall and each language"
	self_check
	step 'demo contest' 'the demo contest could not be made' \
		'see the log; ./setup.sh new-demo tries another'
	aloud scripts/demo-contest ensure-demo
	report
}

# Once per build: a second run of setup.sh adds no submissions.
self_check() {
	[ "$(cat "$PREFIX/.source")" != "$(cat "$DATA/.self-checked" 2>/dev/null)" ] || return 0
	aloud node scripts/self-check.mjs "$url" "$DATA/secrets/accounts.txt"
	cp "$PREFIX/.source" "$DATA/.self-checked"
}

report() {
	local first=''
	[ -e "$DATA/.reported" ] || first=yes
	printf '\nCodeArena runs at %s\n' "$url"
	if [ -n "$first" ]; then
		printf '  %-10s %-12s %s\n' role account password
		sed -n -e '/^admin /p' -e '/^jury /p' -e '/^team01 /p' "$DATA/secrets/accounts.txt" |
			while read -r name password; do
				printf '  %-10s %-12s %s\n' "${name%%[0-9]*}" "$name" "$password"
			done
		touch "$DATA/.reported"
	fi
	printf 'All accounts: %s\nThe command: %s --config %s --help\n' "$DATA/secrets/accounts.txt" \
		"$PREFIX/bin/codearena" "$DATA/etc/admin.conf"
}

command_name='' yes='' rebuilt=''
while [ $# -gt 0 ]; do
	case $1 in
	--instance | --prefix | --data | --port | --address)
		[ $# -ge 2 ] || refuse "$1 needs a value"
		declare "$(tr '[:lower:]-' '[:upper:]_' <<<"${1#--}")=$2"
		shift
		;;
	--yes) yes=yes ;;
	-h | --help)
		usage
		exit 0
		;;
	start | stop | status | new-demo | destroy)
		[ -z "$command_name" ] || refuse "one command at a time: $command_name, $1"
		command_name=$1
		;;
	*) refuse "unknown argument: $1; --help shows them" ;;
	esac
	shift
done
instance_settings
export INSTANCE PREFIX DATA PORT ADDRESS

case $command_name in
'') set_up ;;
status) status && exit 0 || exit $? ;;
*)
	check_system
	marked "$DATA" || refuse "there is no instance $INSTANCE in $DATA; ./setup.sh makes one"
	[ "$command_name" = destroy ] || setup_log=$DATA/log/setup.log
	one_at_a_time
	step "$command_name" "instance $INSTANCE did not do as told" "./setup.sh status shows what runs; logs are in $DATA/log"
	case $command_name in
	start) start_all && printf 'CodeArena runs at %s\n' "$url" ;;
	stop) stop_all ;;
	new-demo) scripts/demo-contest new ;;
	destroy) destroy ;;
	esac
	;;
esac
