import { LAYOUT_GUARD } from './layout-script.ts';

const VALUE_LIBRARY = `${LAYOUT_GUARD}
local VALUES, NAMES, EXPIRIES = KEYS[2], KEYS[3], KEYS[4]
local HOUR = 3600000

-- Version and JSON of what is stored and has not expired.
local function read(key, now)
  local stored = redis.call('HGET', VALUES, key)
  if not stored then return nil end
  local version, expires, rest = string.match(stored, '^(%d+) (%S+) ()')
  if expires ~= '-' and tonumber(expires) <= now then return nil end
  return version, string.sub(stored, rest)
end

local function forget(key)
  redis.call('HDEL', VALUES, key)
  redis.call('ZREM', NAMES, key)
  redis.call('ZREM', EXPIRIES, key)
end

-- A clock that ran ahead must not make the others lose what is live: Redis' own clock has to agree.
local function sweep(now, most)
  local time = redis.call('TIME')
  local over = string.format('%.0f', math.min(now, tonumber(time[1]) * 1000) - HOUR)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', EXPIRIES, '-inf', over, 'LIMIT', 0, most)) do forget(key) end
end
`;

/** `ARGV`: layout, key, now. Answers version and JSON, or nothing. */
export const GET = `${VALUE_LIBRARY}
local version, json = read(ARGV[2], tonumber(ARGV[3]))
if not version then return {} end
return {version, json}
`;

/** `ARGV`: layout, key, now, JSON, expires at (or ''), the version that must be there (or ''). */
export const PUT = `${VALUE_LIBRARY}
local key, now, json, expires, wanted = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local version = read(key, now) or '0'
if wanted ~= '' and tonumber(wanted) ~= tonumber(version) then return 0 end
sweep(now, 20)
local next_version = string.format('%.0f', tonumber(version) + 1)
redis.call('HSET', VALUES, key, next_version .. ' ' .. (expires == '' and '-' or expires) .. ' ' .. json)
redis.call('ZADD', NAMES, 0, key)
if expires == '' then
  redis.call('ZREM', EXPIRIES, key)
else
  redis.call('ZADD', EXPIRIES, expires, key)
end
return 1
`;

/** `ARGV`: layout, key, now. */
export const TAKE = `${VALUE_LIBRARY}
local version, json = read(ARGV[2], tonumber(ARGV[3]))
if not version then return {} end
forget(ARGV[2])
return {json}
`;

/**
 * `ARGV`: layout, prefix, now, the key to begin after (or ''), how many. Answers the key to go on after (or ''), then the
 * keys.
 */
export const LIST = `${VALUE_LIBRARY}
local prefix, now, after, most = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local first = after == '' and '[' .. prefix or '(' .. after
local keys = redis.call('ZRANGEBYLEX', NAMES, first, '(' .. prefix .. '\\255', 'LIMIT', 0, most)
local answer = {#keys == most and keys[#keys] or ''}
for _, key in ipairs(keys) do
  if key ~= '' and read(key, now) then answer[#answer + 1] = key end
end
return answer
`;
