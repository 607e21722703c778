-- apply.lua -- one event of a contest into both of its boards, jury and public, or nothing at all.
--
-- KEYS  1 jury's board, 2 public board; the other keys follow from these (catchup.h)
-- ARGV  number, public number or '', incarnation, channel,
--       then for each board: how many teams, and of each: team, score
-- Answers the number the jury's board needs next: the event's + 1 when it was applied now. Another
-- answer means that nothing was changed: a hole, an event that is there already, or 0, no board, or
-- one without one of these teams.
--
-- A script that fails half-way keeps what it wrote: the numbers come last.
local number = tonumber(ARGV[1])
local have = redis.call('HMGET', KEYS[1] .. ':meta', 'number', 'incarnation')
if not have[1] or have[2] ~= ARGV[3] then
	return 0
end
if tonumber(have[1]) ~= number - 1 then
	return tonumber(have[1]) + 1
end
if ARGV[2] ~= '' then
	local public = redis.call('HGET', KEYS[2] .. ':meta', 'number')
	if not public or tonumber(public) ~= tonumber(ARGV[2]) - 1 then
		return 0
	end
end
local at = 5
local scores = {}
for b = 1, 2 do
	local n = tonumber(ARGV[at])
	at = at + 1
	for _ = 1, n do
		local place = redis.call('HGET', KEYS[b] .. ':places', ARGV[at])
		if not place and not redis.call('ZSCORE', KEYS[b], ARGV[at]) then
			return 0
		end
		if place ~= 'hidden' then
			scores[#scores + 1] = {KEYS[b] .. (place or ''), ARGV[at + 1], ARGV[at]}
		end
		at = at + 2
	end
end
for _, s in ipairs(scores) do
	redis.call('ZADD', s[1], s[2], s[3])
end
redis.call('HSET', KEYS[1] .. ':meta', 'number', ARGV[1])
if ARGV[2] ~= '' then
	redis.call('HSET', KEYS[2] .. ':meta', 'number', ARGV[2])
end
redis.call('DEL', KEYS[1] .. ':stale', KEYS[2] .. ':stale')
redis.call('PUBLISH', ARGV[4], ARGV[1])
return number + 1
