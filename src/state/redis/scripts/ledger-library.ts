import { LAYOUT_GUARD } from './layout-script.ts';

/*
 * What the scripts about counters share. Numbers in Lua are doubles, exact up to 2^53; they leave it as texts made by '%.0f',
 * because Lua's own text of a large number is 1e+15.
 *
 * An item is {counter, kind, window, amount, onLoss, limit, mode}: kind 'u' until, 's' sliding, 'h' held; onLoss 'c' charge,
 * 'r' release; mode 'h' hard, 's' soft.
 */

/** Reading and changing counters. */
const COUNTERS = `
local COUNTERS, RESERVATIONS, LEASES, EXPIRIES, ROWS, NAMES = KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local MOST = 9007199254740991
local HOUR = 3600000
local STEPS = 60

local function text(number) return string.format('%.0f', number) end

local function bound(number)
  if number < 0 then return 0 end
  if number > MOST then return MOST end
  return number
end

local function field_of(item)
  if item[2] == 's' then return 's' .. text(item[3]) .. ':' .. item[1] end
  return item[2] .. item[1]
end

local function length_of(window) return math.max(1, math.floor(window / STEPS)) end

local function step_of(time, window) return math.floor(time / length_of(window)) end

-- The first instant whose window holds no part of the step.
local function leaves_at(step, window) return (step + 1) * length_of(window) - 1 + window end

-- The oldest step that has not left the window, and the newest that a window could hold together with now.
local function counted_steps(window, now)
  local length = length_of(window)
  return math.floor((now + 1 - window) / length), math.ceil((now + window) / length) - 1
end

local function read_pair(stored)
  local spent, held = string.match(stored or '0 0', '^(%d+) (%d+)$')
  return tonumber(spent), tonumber(held)
end

-- The steps that have not left the window, oldest first: step, spent and held of each in turn.
local function read_steps(stored, oldest)
  local all = stored and cmsgpack.unpack(stored) or {}
  local first = 1
  while all[first] and all[first] < oldest do first = first + 3 end
  if first == 1 then return all end
  local steps = {}
  for index = first, #all do steps[#steps + 1] = all[index] end
  return steps
end

local function is_forgotten(item, now) return item[2] == 'u' and now >= item[3] + HOUR end

-- What a counter holds: spent, held, and the steps of a sliding one.
local function read(item, now)
  if is_forgotten(item, now) then return 0, 0 end
  local stored = redis.call('HGET', COUNTERS, field_of(item))
  if item[2] ~= 's' then return read_pair(stored) end
  local oldest, newest = counted_steps(item[3], now)
  local steps, spent, held = read_steps(stored, oldest), 0, 0
  for index = 1, #steps, 3 do
    if steps[index] <= newest then
      spent, held = bound(spent + steps[index + 1]), bound(held + steps[index + 2])
    end
  end
  return spent, held, steps
end

local function expire(field, at) redis.call('ZADD', EXPIRIES, text(bound(at)), 'c' .. field) end

local function change_pair(item, spent_more, held_more)
  local field = field_of(item)
  local stored = redis.call('HGET', COUNTERS, field)
  local spent, held = read_pair(stored)
  spent, held = bound(spent + spent_more), bound(held + held_more)
  if item[2] == 'h' and held == 0 then
    redis.call('HDEL', COUNTERS, field)
    return
  end
  redis.call('HSET', COUNTERS, field, text(spent) .. ' ' .. text(held))
  if item[2] == 'u' and not stored then expire(field, item[3]) end
end

-- What was reserved at an instant is settled in that instant's step, and nowhere once that has left the window.
local function change_steps(item, at, now, spent_more, held_more, steps)
  local field, window = field_of(item), item[3]
  local wanted, oldest, newest = step_of(at, window), counted_steps(window, now)
  if wanted < oldest or wanted > newest then return end
  steps = steps or read_steps(redis.call('HGET', COUNTERS, field), oldest)
  local place = #steps - 2
  while place > 0 and steps[place] > wanted do place = place - 3 end
  if place < 1 or steps[place] ~= wanted then
    place = place < 1 and 1 or place + 3
    for _, value in ipairs({0, 0, wanted}) do table.insert(steps, place, value) end
  end
  steps[place + 1], steps[place + 2] = bound(steps[place + 1] + spent_more), bound(steps[place + 2] + held_more)
  redis.call('HSET', COUNTERS, field, cmsgpack.pack(steps))
  expire(field, leaves_at(math.max(steps[#steps - 2], step_of(now, window)), window))
end

-- Steps: those that were just read, where they were.
local function change(item, at, now, spent_more, held_more, steps)
  if is_forgotten(item, now) then return end
  if item[2] == 's' then
    change_steps(item, at, now, spent_more, held_more, steps)
  else
    change_pair(item, spent_more, held_more)
  end
end
`;

/** Tables of sums. */
const TABLES = `
local function row_field(name, row) return #name .. ':' .. name .. row end

-- Forgets rows of a table, at most as many as asked; true once none is left.
local function drop_rows(name, most)
  local start = row_field(name, '')
  local fields = redis.call('ZRANGEBYLEX', NAMES, '[' .. start, '(' .. start .. '\\255', 'LIMIT', 0, most)
  for _, field in ipairs(fields) do
    redis.call('HDEL', ROWS, field)
    redis.call('ZREM', NAMES, field)
  end
  return #fields < most
end

local function tally(name, row, sums, sign, expires_at, now)
  if expires_at <= now then return end
  local expiry = redis.call('ZSCORE', EXPIRIES, 't' .. name)
  if expiry and tonumber(expiry) <= now then
    while not drop_rows(name, 1000) do end
    expiry = nil
  end
  if not expiry or expires_at > tonumber(expiry) then
    redis.call('ZADD', EXPIRIES, text(expires_at), 't' .. name)
  end
  local field = row_field(name, row)
  local stored = redis.call('HGET', ROWS, field)
  local kept = stored and cjson.decode(stored) or {}
  for sum, amount in pairs(sums) do
    kept[sum] = text(bound(tonumber(kept[sum] or '0') + sign * amount))
  end
  redis.call('HSET', ROWS, field, cjson.encode(kept))
  if not stored then redis.call('ZADD', NAMES, 0, field) end
end
`;

/** Leases that are over, and what may be forgotten. */
const REAPING = `
local LOST_KEPT = 86400000

-- The reservation, as text, and whether it is still held. One that was lost is remembered for a day.
local function find(id, now)
  local stored = redis.call('HGET', RESERVATIONS, id)
  if not stored then return nil end
  local live = redis.call('ZSCORE', LEASES, id)
  if not live then
    local forgotten = redis.call('ZSCORE', EXPIRIES, 'r' .. id)
    if not forgotten or tonumber(forgotten) <= now then return nil end
  end
  return stored, live and true or false
end

local function lose(id, now)
  redis.call('ZREM', LEASES, id)
  local lost = {id}
  local stored = redis.call('HGET', RESERVATIONS, id)
  if not stored then return lost end
  local record = cjson.decode(stored)
  for _, item in ipairs(record.items) do
    local amount = item[4]
    local charged = item[2] ~= 'h' and item[5] == 'c'
    change(item, record.at, now, charged and amount or 0, -amount)
    if charged then
      lost[#lost + 1] = item[1]
      lost[#lost + 1] = text(amount)
    end
  end
  local sums = record.tally
  if sums then tally(sums.table, sums.row, sums.add, 1, sums.expiresAt, now) end
  redis.call('ZADD', EXPIRIES, text(bound(now + LOST_KEPT)), 'r' .. id)
  return lost
end

local function reap(now, most)
  local all = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', text(now), 'LIMIT', 0, most)) do
    all[#all + 1] = lose(id, now)
  end
  return all
end

-- A clock that ran ahead must not make the others lose what is live: Redis' own clock has to agree.
local function sweep(now, most)
  local time = redis.call('TIME')
  local over = math.min(now, tonumber(time[1]) * 1000) - HOUR
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', EXPIRIES, '-inf', text(over), 'LIMIT', 0, most)) do
    local kind, name = string.sub(member, 1, 1), string.sub(member, 2)
    local done = true
    if kind == 'c' then redis.call('HDEL', COUNTERS, name) end
    if kind == 'r' and not redis.call('ZSCORE', LEASES, name) then redis.call('HDEL', RESERVATIONS, name) end
    if kind == 't' then done = drop_rows(name, 100) end
    if done then redis.call('ZREM', EXPIRIES, member) end
  end
end
`;

/** Steps that come often sweep in one of eight milliseconds, and then more. */
export const SWEEP_SOMETIMES = `if now % 8 == 0 then sweep(now, 200) end`;

export const LEDGER_LIBRARY = LAYOUT_GUARD + COUNTERS + TABLES + REAPING;
