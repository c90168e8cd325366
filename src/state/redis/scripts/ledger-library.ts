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

local function counts(step, window, now)
  return step * length_of(window) < now + window and now < leaves_at(step, window)
end

local function read_pair(stored)
  local spent, held = string.match(stored or '0 0', '^(%d+) (%d+)$')
  return tonumber(spent), tonumber(held)
end

-- The steps that have not left the window, oldest first, each {step, spent, held}.
local function read_steps(stored, window, now)
  local steps = {}
  for step, spent, held in string.gmatch(stored or '', '(%d+) (%d+) (%d+)') do
    step = tonumber(step)
    if now < leaves_at(step, window) then steps[#steps + 1] = {step, tonumber(spent), tonumber(held)} end
  end
  return steps
end

local function is_forgotten(item, now) return item[2] == 'u' and now >= item[3] + HOUR end

-- What a counter holds: spent, held, and the steps of a sliding one that count.
local function read(item, now)
  if is_forgotten(item, now) then return 0, 0 end
  local stored = redis.call('HGET', COUNTERS, field_of(item))
  if item[2] ~= 's' then return read_pair(stored) end
  local spent, held, counted = 0, 0, {}
  for _, step in ipairs(read_steps(stored, item[3], now)) do
    if counts(step[1], item[3], now) then
      spent, held = bound(spent + step[2]), bound(held + step[3])
      counted[#counted + 1] = step
    end
  end
  return spent, held, counted
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
local function change_steps(item, at, now, spent_more, held_more)
  local field, window = field_of(item), item[3]
  local wanted = step_of(at, window)
  if not counts(wanted, window, now) then return end
  local steps = read_steps(redis.call('HGET', COUNTERS, field), window, now)
  local place = #steps
  while place > 0 and steps[place][1] > wanted do place = place - 1 end
  if place == 0 or steps[place][1] ~= wanted then
    place = place + 1
    table.insert(steps, place, {wanted, 0, 0})
  end
  local step = steps[place]
  step[2], step[3] = bound(step[2] + spent_more), bound(step[3] + held_more)
  local texts = {}
  for index, each in ipairs(steps) do
    texts[index] = text(each[1]) .. ' ' .. text(each[2]) .. ' ' .. text(each[3])
  end
  redis.call('HSET', COUNTERS, field, table.concat(texts, ';'))
  expire(field, leaves_at(math.max(steps[#steps][1], step_of(now, window)), window))
end

local function change(item, at, now, spent_more, held_more)
  if is_forgotten(item, now) then return end
  if item[2] == 's' then
    change_steps(item, at, now, spent_more, held_more)
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

export const LEDGER_LIBRARY = LAYOUT_GUARD + COUNTERS + TABLES + REAPING;
