# shellcheck shell=bash
# instance.sh -- what an instance is on one machine; sourced by setup.sh and the demo contest.
#
# Settings, in order of weight: options and environment, what an earlier run wrote to
# /etc/codearena/<instance>.conf, the defaults below. The programs of an instance and how each is
# run stand in one table (program), used alike by systemd units and by scripts/supervise.
#
# Layout: PREFIX holds programs that service users can read; DATA holds all else:
#   pg/ redis/ judge/ box/   data, each of its own user
#   run/                     sockets and pid files
#   etc/                     settings; admin.conf is root's alone
#   secrets/                 one file per secret, 0600, of the user that needs it
#   log/                     one file per program (without systemd), setup.log

# The checkout this file stands in.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs='postgres redis box judge api'

# recorded NAME: a line of the admin's settings of this instance, if there are any.
recorded() {
	sed -n "s/^$1 = //p" "/etc/codearena/$INSTANCE.conf" 2>/dev/null || true
}

instance_settings() {
	: "${INSTANCE:=codearena}"
	case $INSTANCE in
	*[!a-z0-9-]* | [!a-z]* | *-) refuse "the instance's name must be of a-z, 0-9 and -, a letter first: \"$INSTANCE\"" ;;
	esac
	[ "${#INSTANCE}" -le 20 ] || refuse "the instance's name must have at most 20 letters: \"$INSTANCE\""
	PREFIX=${PREFIX:-$(recorded prefix)} PREFIX=${PREFIX:-/opt/$INSTANCE}
	DATA=${DATA:-$(recorded data_dir)} DATA=${DATA:-/var/lib/$INSTANCE}
	PORT=${PORT:-$(recorded listen_port)} PORT=${PORT:-8080}
	ADDRESS=${ADDRESS:-$(recorded listen_address)} ADDRESS=${ADDRESS:-127.0.0.1}
	case $PREFIX$DATA in *[!A-Za-z0-9/._-]* | *..*) refuse 'PREFIX and DATA may have A-Z a-z 0-9 / . _ - only' ;; esac
	case $PREFIX in /?*) ;; *) refuse "PREFIX must be a full path: $PREFIX" ;; esac
	case $DATA in /?*) ;; *) refuse "DATA must be a full path: $DATA" ;; esac
	[ "${#DATA}" -le 60 ] || refuse "DATA is too long for the names of sockets (60 letters): $DATA"
	case $PORT in '' | *[!0-9]*) refuse "PORT must be a number: $PORT" ;; esac
	url=http://$ADDRESS:$PORT
	case $ADDRESS in 0.0.0.0 | ::) url=http://127.0.0.1:$PORT ;; esac
}

systemd_runs() {
	[ -d /run/systemd/system ]
}

# The version that made the cluster, else the newest there is.
pg_bin() {
	local version='*'
	[ ! -s "$DATA/pg/PG_VERSION" ] || version=$(<"$DATA/pg/PG_VERSION")
	# shellcheck disable=SC2086 # the pattern is meant
	dirname "$(printf '%s\n' /usr/lib/postgresql/$version/bin/postgres | sort -V | tail -n 1)"
}

# psql as the cluster's superuser; the password goes through the environment of a root process.
sql() {
	PGPASSWORD=$(<"$DATA/secrets/postgres") PGOPTIONS='-c client_min_messages=warning' \
		psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$DATA/run/postgres" -U postgres -d "${database:-codearena}" "$@"
}

admin() {
	"$PREFIX/bin/codearena" --config "$DATA/etc/admin.conf" "$@"
}

# program NAME: sets user, signal (what asks it to end), waits (seconds it may take), command.
program() {
	local as=(setpriv --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
	user=$INSTANCE-$1 signal=TERM waits=20
	case $1 in
	postgres)
		user=$INSTANCE-pg signal=INT waits=60
		command=("$(pg_bin)/postgres" -D "$DATA/pg")
		;;
	redis) command=(/usr/bin/redis-server "$DATA/etc/redis.conf") ;;
	box)
		user=root
		command=("$PREFIX/bin/codearena-box" --config "$DATA/etc/box.conf")
		;;
	judge | api) command=("$PREFIX/bin/codearena-$1" --config "$DATA/etc/$1.conf") ;;
	*) refuse "no such program: $1" ;;
	esac
	wrapped=("${as[@]}" --reuid="$user" --regid="$user" --pdeathsig="$signal" "${command[@]}")
	[ "$user" != root ] || wrapped=(setpriv --pdeathsig="$signal" "${command[@]}")
}

unit() {
	printf '%s-%s.service' "$INSTANCE" "$1"
}

# numbers NAME: "supervisor program" of a supervised program, checked against what the kernel says:
# pids are used again.
numbers() {
	local pids
	pids=$(cat "$DATA/run/$1.pid" 2>/dev/null) || return 1
	tr '\0' '\n' 2>/dev/null <"/proc/${pids%% *}/cmdline" | grep -xF "$DATA" >/dev/null || return 1
	printf '%s\n' "$pids"
}

supervisor() {
	local pids
	pids=$(numbers "$1") && printf '%s\n' "${pids%% *}"
}

program_pid() {
	local pids pid
	if systemd_runs; then
		pid=$(systemctl show -p MainPID --value "$(unit "$1")" 2>/dev/null)
		[ "${pid:-0}" != 0 ] && printf '%s\n' "$pid"
		return
	fi
	pids=$(numbers "$1") || return 1
	pid=${pids#* }
	[ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && printf '%s\n' "$pid"
}

runs() {
	program_pid "$1" >/dev/null
}

redis_cli() {
	REDISCLI_AUTH=$(<"$DATA/secrets/redis-admin") \
		timeout 5 redis-cli --no-auth-warning -s "$DATA/run/redis/redis.sock" --user admin "$@"
}

# Does it answer? What "ready" means differs by program.
ready() {
	case $1 in
	postgres) "$(pg_bin)/pg_isready" -q -h "$DATA/run/postgres" ;;
	redis) [ "$(redis_cli ping 2>/dev/null)" = PONG ] ;;
	box) [ -S "/run/codearena/$INSTANCE/box.sock" ] && runs box ;;
	judge) runs judge ;;
	api) curl -fsS -o /dev/null --max-time 2 "$url/readyz" 2>/dev/null ;;
	esac
}

wait_ready() {
	local end=$((SECONDS + ${2:-30}))
	until ready "$1"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

start_program() {
	local user signal waits command wrapped
	if ! runs "$1"; then
		[ "$1" != box ] || rm -f "/run/codearena/$INSTANCE/box.sock"
		if systemd_runs; then
			systemctl start "$(unit "$1")"
		elif ! supervisor "$1" >/dev/null; then
			program "$1"
			# No descriptor of ours may live on in a daemon, the lock's least of all.
			setsid "$PREFIX/libexec/supervise" "$DATA" "$1" "$signal" "${wrapped[@]}" \
				</dev/null >/dev/null 2>&1 9>&- &
		fi
	fi
	wait_ready "$1"
}

stop_program() {
	local user signal waits command wrapped pid
	if systemd_runs; then
		systemctl stop "$(unit "$1")" 2>/dev/null || true
		return
	fi
	pid=$(supervisor "$1") || return 0
	program "$1"
	kill -TERM "$pid" 2>/dev/null || return 0
	local end=$((SECONDS + waits))
	while supervisor "$1" >/dev/null; do
		if [ "$SECONDS" -ge "$end" ]; then
			printf '  %s did not end in %d s: killed\n' "$1" "$waits"
			pid=$(program_pid "$1") && kill -KILL "$pid"
			end=$((SECONDS + 5))
		fi
		sleep 0.1
	done
}

log_of() {
	if systemd_runs; then
		journalctl -q -n "${2:-15}" -u "$(unit "$1")" --no-pager 2>/dev/null || true
	else
		tail -n "${2:-15}" "$DATA/log/$1.log" 2>/dev/null || true
	fi
}

# Units: the same commands; systemd changes the user and starts again.
write_units() {
	local name user signal waits command wrapped text path changed='' after=
	for name in $programs; do
		program "$name"
		path=/etc/systemd/system/$(unit "$name")
		text=$(sed -e "s|@INSTANCE@|$INSTANCE|g" -e "s|@NAME@|$name|g" -e "s|@USER@|$user|g" \
			-e "s|@SIGNAL@|SIG$signal|g" -e "s|@WAITS@|$waits|g" -e "s|@COMMAND@|${command[*]}|g" \
			-e "s|@AFTER@|$after|g" -e "s|@DATA@|$DATA|g" \
			-e "/^@SERVICES_ONLY@/$([ "$user" = root ] && echo d || echo "s///")" "$top/scripts/unit.service")
		after="$after $(unit "$name")"
		[ "$text" != "$(cat "$path" 2>/dev/null)" ] || continue
		printf '%s\n' "$text" >"$path"
		changed=yes
	done
	[ -z "$changed" ] || systemctl daemon-reload
	for name in $programs; do
		systemctl -q enable "$(unit "$name")"
	done
}
