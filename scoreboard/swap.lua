-- swap.lua -- puts two boards that were made beside the old ones in their place, at once.
--
-- KEYS  1 jury's board, 2 public board, 3 and 4 the new ones
-- ARGV  number, incarnation, channel
-- Answers 1; 0 when the boards in place are newer (the new ones are removed); -1 when the new ones
-- have gone (they were made with a time to live).
local suffixes = {'', ':places', ':meta'}
local function groups(board)
	local list = redis.call('HGET', board .. ':meta', 'groups') or ''
	return string.gmatch(list, '[^,]+')
end
local function remove(board)
	for group in groups(board) do
		redis.call('UNLINK', board .. ':group:' .. group)
	end
	for _, s in ipairs(suffixes) do
		redis.call('UNLINK', board .. s)
	end
end
local function move(from, to)
	if redis.call('EXISTS', from) == 1 then
		redis.call('RENAME', from, to)
		redis.call('PERSIST', to)
	end
end
if redis.call('EXISTS', KEYS[3] .. ':meta', KEYS[4] .. ':meta') < 2 then
	return -1
end
local have = redis.call('HMGET', KEYS[1] .. ':meta', 'number', 'incarnation')
if have[1] and have[2] == ARGV[2] and tonumber(have[1]) > tonumber(ARGV[1]) then
	remove(KEYS[3])
	remove(KEYS[4])
	return 0
end
for b = 1, 2 do
	remove(KEYS[b])
	for group in groups(KEYS[b + 2]) do
		move(KEYS[b + 2] .. ':group:' .. group, KEYS[b] .. ':group:' .. group)
	end
	for _, s in ipairs(suffixes) do
		move(KEYS[b + 2] .. s, KEYS[b] .. s)
	end
end
redis.call('DEL', KEYS[1] .. ':stale', KEYS[2] .. ':stale')
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
