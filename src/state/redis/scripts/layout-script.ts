/** What every script begins with: it does nothing where the layout is not the one it was written for. `ARGV[1]`: that version. */
export const LAYOUT_GUARD = `
local layout = redis.call('GET', KEYS[1])
if layout ~= ARGV[1] then
  return redis.error_reply('LAYOUT ' .. (layout or 'none'))
end
`;

/**
 * Creates the keys, or migrates those of an older version in one step. `KEYS` is `Keys.all`.
 *
 * `ARGV`: the version to reach, `Keys.kinds`, a text that is nobody else's. Answers the version that is there afterwards (a
 * newer one, and an older one that no migration begins with, is left alone), and the text of whoever made the counters:
 * another one than before means that they were lost.
 *
 * @param migrations by the version they start from; Lua that sees `KEYS`
 */
export function toLayoutScript(migrations: Readonly<Record<number, string>>): string {
  const steps = Object.entries(migrations).map(
    ([from, script]) => `migrations[${from}] = function()\n${script}\nend\n`,
  );
  return `
local wanted = tonumber(ARGV[1])
local migrations = {}
${steps.join('')}
local found = tonumber(redis.call('GET', KEYS[1]) or wanted)
if found > wanted then return { found, '' } end
for version = found, wanted - 1 do
  if not migrations[version] then return { found, '' } end
end
for version = found, wanted - 1 do migrations[version]() end
if found == wanted and redis.call('EXISTS', unpack(KEYS)) == #KEYS then
  -- A write, to be told where none is taken; one that needs no memory.
  redis.call('PERSIST', KEYS[1])
  return { wanted, redis.call('HGET', KEYS[2], '') }
end
for index, key in ipairs(KEYS) do
  local kind = string.sub(ARGV[2], index, index)
  if kind == 'h' then redis.call('HSETNX', key, '', index == 2 and ARGV[3] or '') end
  if kind == 'z' then redis.call('ZADD', key, '+inf', '') end
  if kind == 'l' then redis.call('ZADD', key, 0, '') end
end
redis.call('SET', KEYS[1], ARGV[1])
return { wanted, redis.call('HGET', KEYS[2], '') }
`;
}
