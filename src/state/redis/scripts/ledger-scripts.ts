import { LEDGER_LIBRARY, SWEEP_SOMETIMES } from './ledger-library.ts';

/**
 * `ARGV`: layout, the reservation as JSON `{at, items, tally?}`, id, now, end of the lease. `more`: leases were reaped and there may be
 * others, so nothing was reserved yet.
 */
export const RESERVE = `${LEDGER_LIBRARY}
local stored, id, now = ARGV[2], ARGV[3], tonumber(ARGV[4])
local request = cjson.decode(stored)
local lost = reap(now, 100)
if #lost == 100 then return {'more', {}, lost} end
${SWEEP_SOMETIMES}

-- When the end of the period comes, or enough steps have left the window; nothing where it is not known, or never.
local function retry_at(item, steps, total)
  local amount, limit, window = item[4], item[6], item[3]
  if item[2] == 'h' or amount > limit then return '' end
  if item[2] == 'u' then return window > now and text(window) or '' end
  local _, newest = counted_steps(window, now)
  for index = 1, #steps, 3 do
    if steps[index] <= newest then
      total = total - steps[index + 1] - steps[index + 2]
      if total + amount <= limit then return text(leaves_at(steps[index], window)) end
    end
  end
  return ''
end

local exists = find(id, now)
local totals, exceeded, read_before = {}, {}, {}
for index, item in ipairs(request.items) do
  local spent, held, steps = read(item, now)
  local total = bound(spent + held)
  totals[index] = total
  read_before[index] = steps
  if not exists and item[7] == 'h' and item[4] > 0 and total + item[4] > item[6] then
    exceeded[#exceeded + 1] = {item[1], text(total), retry_at(item, steps, total)}
  end
end
if #exceeded > 0 then return {'exceeded', exceeded, lost} end
if not exists then
  for index, item in ipairs(request.items) do
    change(item, now, now, 0, item[4], read_before[index])
    totals[index] = bound(totals[index] + item[4])
  end
  redis.call('HSET', RESERVATIONS, id, stored)
  redis.call('ZADD', LEASES, ARGV[5], id)
end
for index, total in ipairs(totals) do totals[index] = text(total) end
return {'reserved', totals, lost}
`;

/** `ARGV`: layout, the settlement as JSON `{amounts, add}`, id, now. */
export const SETTLE = `${LEDGER_LIBRARY}
local settlement, id, now = cjson.decode(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local stored, live = find(id, now)
if not stored then return 'unknown' end
local record = cjson.decode(stored)
redis.call('HDEL', RESERVATIONS, id)
redis.call('ZREM', LEASES, id)
redis.call('ZREM', EXPIRIES, 'r' .. id)
for _, item in ipairs(record.items) do
  local amount, held = item[4], live and -item[4] or 0
  local actual = settlement.amounts[item[1]] or amount
  local charged = (not live and item[5] == 'c') and amount or 0
  if item[2] ~= 'h' then
    change(item, record.at, now, actual - charged, held)
  elseif live then
    change(item, record.at, now, 0, held)
  end
end
local sums = record.tally
if sums then
  if not live then tally(sums.table, sums.row, sums.add, -1, sums.expiresAt, now) end
  tally(sums.table, sums.row, settlement.add, 1, sums.expiresAt, now)
end
return 'settled'
`;

/** `ARGV`: layout, ids as a JSON array, end of the lease, now. Answers the ids that are not reserved any more. */
export const RENEW = `${LEDGER_LIBRARY}
local ended, now = {}, tonumber(ARGV[4])
for _, id in ipairs(cjson.decode(ARGV[2])) do
  local lease = tonumber(redis.call('ZSCORE', LEASES, id) or '0')
  if lease <= now then
    ended[#ended + 1] = id
  elseif lease < tonumber(ARGV[3]) then
    redis.call('ZADD', LEASES, ARGV[3], id)
  end
end
return ended
`;

/** `ARGV`: layout, now, how many at most. */
export const REAP = `${LEDGER_LIBRARY}
local now = tonumber(ARGV[2])
local lost = reap(now, tonumber(ARGV[3]))
sweep(now, 100)
return lost
`;

/** `ARGV`: layout, counters as a JSON array of items, now. Answers spent and held of each, in turn. */
export const TOTALS = `${LEDGER_LIBRARY}
local totals = {}
for _, item in ipairs(cjson.decode(ARGV[2])) do
  local spent, held = read(item, tonumber(ARGV[3]))
  totals[#totals + 1] = text(spent)
  totals[#totals + 1] = text(held)
end
return totals
`;

/** `ARGV`: layout, the tally as JSON, now. */
export const TALLY = `${LEDGER_LIBRARY}
local sums, now = cjson.decode(ARGV[2]), tonumber(ARGV[3])
tally(sums.table, sums.row, sums.add, 1, sums.expiresAt, now)
${SWEEP_SOMETIMES}
return 'OK'
`;

/** `ARGV`: layout, table, now, the row to begin after (or ''), '1' where there is one, how many. Answers rows and their sums as JSON, in turn. */
export const ROWS = `${LEDGER_LIBRARY}
local name, now = ARGV[2], tonumber(ARGV[3])
local expiry = redis.call('ZSCORE', EXPIRIES, 't' .. name)
if not expiry or tonumber(expiry) <= now then return {} end
local start = row_field(name, '')
local first = (ARGV[5] == '1' and '(' or '[') .. start .. ARGV[4]
local answer = {}
for _, field in ipairs(redis.call('ZRANGEBYLEX', NAMES, first, '(' .. start .. '\\255', 'LIMIT', 0, ARGV[6])) do
  answer[#answer + 1] = string.sub(field, #start + 1)
  answer[#answer + 1] = redis.call('HGET', ROWS, field)
end
return answer
`;
