// The scripts of Redis, each an atomic step. KEYS[1] is the prefix of all keys; it holds their hash tag.
//
//   rooms            zset: room → when it was last used, in ms
//   messages         hash: message → room, of the messages that are kept
//   of:<user>        zset: rooms that the user is in, by name
//   made:<user>      set:  rooms that the user has made
//   room:<room>      hash: room (JSON), rev, seq, floor, v (counts the commits), owners, maker, preview (JSON)
//                          s:<seq> the row (JSON), b:<seq> what is needed of it without parsing: see `briefOf`
//                          i:<message> its seq, c:<sender clientId> "seq tombstone", for as long as the room lives (P2)
//                          o:<user opId> the message, m:<user> the member (JSON), f:<user> its fromSeq
//                          r:<user> the read cursor, l:<user> when they sent last, in ms
//     :present       zset: who is in it, by name          :revs   zset: member → rev
//     :left          zset: who has left, by rev           :ops    list: opIds, oldest first
//     :audit         list: entries (JSON), oldest first   :reports hash: id → 0 or 1 (resolved), and JSON

const COMMON = `
local base = KEYS[1]
local at = 1
local function take() at = at + 1 return ARGV[at - 1] end
local function takeList()
  local list = {}
  for i = 1, tonumber(take()) do list[i] = take() end
  return list
end
local function roomKey(id) return base .. 'room:' .. id end
local function fields(key, prefix, names)
  local found = {}
  for from = 1, #names, 500 do
    local part = {}
    for i = from, math.min(from + 499, #names) do part[#part + 1] = prefix .. names[i] end
    local values = redis.call('HMGET', key, unpack(part))
    for i = 1, #part do found[from + i - 1] = values[i] end
  end
  return found
end
local function seqs(from, to)
  local list = {}
  for seq = from, to do list[#list + 1] = string.format('%d', seq) end
  return list
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local SIDES = { ':present', ':revs', ':left', ':ops', ':audit', ':reports' }
local function keep(key, ttl)
  redis.call('PEXPIRE', key, ttl)
  for _, side in ipairs(SIDES) do redis.call('PEXPIRE', key .. side, ttl) end
  redis.call('PEXPIRE', base .. 'rooms', ttl)
  redis.call('PEXPIRE', base .. 'messages', ttl)
end
local function partsOf(brief)
  local sender, message, file = string.match(brief, '^.([^\\n]*)\\n([^\\n]*)\\n(.*)$')
  return string.sub(brief, 1, 1) == '1', sender, message, file
end
local function unreadOf(key, user, floor, seq, cap)
  local read, first = unpack(redis.call('HMGET', key, 'r:' .. user, 'f:' .. user))
  local from = math.max(tonumber(read or 0) + 1, tonumber(first or 1), floor)
  local count = 0
  for _, brief in ipairs(fields(key, 'b:', seqs(from, seq))) do
    if count >= cap then break end
    if brief then
      local counts, sender = partsOf(brief)
      if counts and sender ~= user then count = count + 1 end
    end
  end
  return count
end
`

/** Members whose row changed after this rev. */
export const MEMBERS_SINCE = `${COMMON}
local key = roomKey(take())
return redis.call('ZRANGEBYSCORE', key .. ':revs', '(' .. take(), '+inf')
`

export const ROOM_OF_MESSAGE = `return redis.call('HGET', KEYS[1] .. 'messages', ARGV[1])`
export const SEQ_OF_MESSAGE = `return redis.call('HGET', KEYS[1] .. 'room:' .. ARGV[1], 'i:' .. ARGV[2])`

/** Least, users → those who are in at least this many rooms. */
export const IN_ROOMS = `${COMMON}
local least, found = tonumber(take()), {}
for _, user in ipairs(takeList()) do
  if redis.call('ZCARD', base .. 'of:' .. user) >= least then found[#found + 1] = user end
end
return found
`

export const REPORTS = `return redis.call('HVALS', KEYS[1] .. 'room:' .. ARGV[1] .. ':reports')`
export const AUDIT = `return redis.call('LRANGE', KEYS[1] .. 'room:' .. ARGV[1] .. ':audit', 0, -1)`

/** Room, users, messages, clientIds, opIds, senders → the parts of `Facts`; nothing: the room does not exist. */
export const FACTS = `${COMMON}
local key = roomKey(take())
local head = redis.call('HMGET', key, 'room', 'rev', 'seq', 'v', 'owners')
if not head[1] then return false end
local users, messages, clientIds, opIds, senders = takeList(), takeList(), takeList(), takeList(), takeList()
local rows = {}
for i, seq in ipairs(fields(key, 'i:', messages)) do rows[i] = seq and redis.call('HGET', key, 's:' .. seq) end
local sent, sentRows = fields(key, 'c:', clientIds), {}
for i, first in ipairs(sent) do
  sentRows[i] = first and redis.call('HGET', key, 's:' .. string.match(first, '^%d+'))
end
return { head, redis.call('ZCARD', key .. ':present'), fields(key, 'm:', users), fields(key, 'r:', users), rows, sent,
  sentRows, fields(key, 'o:', opIds), fields(key, 'l:', senders) }
`

/** Applies a plan if nothing was committed since its facts were read; 0: something was, or the room is gone. */
export const COMMIT = `${COMMON}
local room = take()
local key = roomKey(room)
if redis.call('HGET', key, 'v') ~= take() then return 0 end
local ttl, keepMessages, keepOps, keepAudit, keepDeparted =
  tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take())
local seq = tonumber(take())
local values = takeList()
for from = 1, #values, 500 do
  redis.call('HSET', key, unpack(values, from, math.min(from + 499, #values)))
end
redis.call('HINCRBY', key, 'v', 1)
for _, message in ipairs(takeList()) do redis.call('HSET', base .. 'messages', message, room) end
local members = takeList()
for i = 1, #members, 4 do
  local user, rev, standing, read = members[i], members[i + 1], members[i + 2], members[i + 3]
  redis.call('ZADD', key .. ':revs', rev, user)
  if tonumber(read) > tonumber(redis.call('HGET', key, 'r:' .. user) or -1) then
    redis.call('HSET', key, 'r:' .. user, read)
  end
  redis.call('ZREM', key .. ':left', user)
  if standing == 'in' then
    redis.call('ZADD', key .. ':present', 0, user)
    redis.call('ZADD', base .. 'of:' .. user, 0, room)
    redis.call('PEXPIRE', base .. 'of:' .. user, ttl * 30)
  else
    redis.call('ZREM', key .. ':present', user)
    redis.call('ZREM', base .. 'of:' .. user, room)
    if standing == 'left' then redis.call('ZADD', key .. ':left', rev, user) end
  end
end
for _, op in ipairs(takeList()) do redis.call('RPUSH', key .. ':ops', op) end
for _, entry in ipairs(takeList()) do redis.call('RPUSH', key .. ':audit', entry) end

local floor = tonumber(redis.call('HGET', key, 'floor'))
for _, gone in ipairs(seqs(floor, seq - keepMessages)) do
  local _, _, message = partsOf(redis.call('HGET', key, 'b:' .. gone))
  redis.call('HDEL', key, 's:' .. gone, 'b:' .. gone, 'i:' .. message)
  redis.call('HDEL', base .. 'messages', message)
end
if seq - keepMessages >= floor then redis.call('HSET', key, 'floor', string.format('%d', seq - keepMessages + 1)) end
for _ = 1, redis.call('LLEN', key .. ':ops') - keepOps do
  redis.call('HDEL', key, 'o:' .. redis.call('LPOP', key .. ':ops'))
end
redis.call('LTRIM', key .. ':audit', -keepAudit, -1)
for _ = 1, redis.call('ZCARD', key .. ':left') - keepDeparted do
  local user = redis.call('ZPOPMIN', key .. ':left')[1]
  redis.call('HDEL', key, 'm:' .. user, 'f:' .. user, 'r:' .. user, 'l:' .. user)
  redis.call('ZREM', key .. ':revs', user)
end
redis.call('ZADD', base .. 'rooms', 'XX', now(), room)
keep(key, ttl)
return 1
`

/** ok; there: it exists already; user, full: there are too many. */
export const CREATE = `${COMMON}
local room, maker = take(), take()
local key = roomKey(room)
if redis.call('EXISTS', key) == 1 then return 'there' end
local ttl, most, mostOfUser = tonumber(take()), tonumber(take()), tonumber(take())
if maker ~= '' then
  local made = base .. 'made:' .. maker
  for _, id in ipairs(redis.call('SMEMBERS', made)) do
    if redis.call('EXISTS', roomKey(id)) == 0 then redis.call('SREM', made, id) end
  end
  if redis.call('SCARD', made) >= mostOfUser then return 'user' end
end
if redis.call('ZCARD', base .. 'rooms') >= most then return 'full' end
redis.call('ZADD', base .. 'rooms', now(), room)
if maker ~= '' then
  redis.call('SADD', base .. 'made:' .. maker, room)
  redis.call('PEXPIRE', base .. 'made:' .. maker, ttl * 30)
end
local values = takeList()
for from = 1, #values, 500 do
  redis.call('HSET', key, unpack(values, from, math.min(from + 499, #values)))
end
local members = takeList()
for i = 1, #members, 3 do
  local user, rev, standing = members[i], members[i + 1], members[i + 2]
  redis.call('ZADD', key .. ':revs', rev, user)
  if standing == 'in' then
    redis.call('ZADD', key .. ':present', 0, user)
    redis.call('ZADD', base .. 'of:' .. user, 0, room)
    redis.call('PEXPIRE', base .. 'of:' .. user, ttl * 30)
  elseif standing == 'left' then
    redis.call('ZADD', key .. ':left', rev, user)
  end
end
keep(key, ttl)
return 'ok'
`

/** Room, user, seq, cap → the cursor and the unread count; nothing: the user is not in the room. */
export const MARK_READ = `${COMMON}
local room, user, wanted, cap = take(), take(), tonumber(take()), tonumber(take())
local key = roomKey(room)
if not redis.call('ZSCORE', key .. ':present', user) then return false end
local seq, floor, before = unpack(redis.call('HMGET', key, 'seq', 'floor', 'r:' .. user))
before = tonumber(before or 0)
local read = math.max(before, math.min(wanted, tonumber(seq)))
if read > before then
  redis.call('HSET', key, 'r:' .. user, string.format('%d', read))
  redis.call('ZADD', base .. 'rooms', 'XX', now(), room)
end
return { read, unreadOf(key, user, tonumber(floor), tonumber(seq), cap) }
`

/** User, cap, rooms → of each existing room: its id, head, members, and the user's row, cursor and unread. */
export const LOOK = `${COMMON}
local user, cap, found = take(), tonumber(take()), {}
for _, room in ipairs(takeList()) do
  local key = roomKey(room)
  local head = redis.call('HMGET', key, 'room', 'rev', 'seq', 'floor', 'preview', 'm:' .. user, 'r:' .. user)
  if head[1] then
    local unread = redis.call('ZSCORE', key .. ':present', user)
      and unreadOf(key, user, tonumber(head[4]), tonumber(head[3]), cap)
    found[#found + 1] = { room, redis.call('ZCARD', key .. ':present'), unread, unpack(head, 1, 7) }
  end
end
return found
`

export const HEADS = `${COMMON}
local found = {}
for _, room in ipairs(takeList()) do
  local rev, seq = unpack(redis.call('HMGET', roomKey(room), 'rev', 'seq'))
  if rev then found[#found + 1] = { room, rev, seq } end
end
return found
`

/** The kept rows, by seq. */
export const ROWS = `${COMMON}
local key = roomKey(take())
local seq, floor = unpack(redis.call('HMGET', key, 'seq', 'floor'))
if not seq then return {} end
return fields(key, 's:', seqs(tonumber(floor), tonumber(seq)))
`

/** Room, after, limit → present members and their cursors, by name. */
export const MEMBERS = `${COMMON}
local key, after, limit = roomKey(take()), take(), take()
local users = redis.call('ZRANGEBYLEX', key .. ':present', after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, limit)
return { fields(key, 'm:', users), fields(key, 'r:', users) }
`

export const MEMBERS_NAMED = `${COMMON}
local key, users = roomKey(take()), takeList()
return { fields(key, 'm:', users), fields(key, 'r:', users) }
`

/** Room, last seq that counts, cap, users → row, cursor and unread of each present member, else nothing. */
export const STANDINGS = `${COMMON}
local key, last, cap, found = roomKey(take()), tonumber(take()), tonumber(take()), {}
local users = takeList()
local seq, floor = unpack(redis.call('HMGET', key, 'seq', 'floor'))
if not seq then return {} end
floor, last = tonumber(floor), math.min(last, tonumber(seq))
local senders = {}
for i, brief in ipairs(fields(key, 'b:', seqs(floor, last))) do
  local counts, sender
  if brief then counts, sender = partsOf(brief) end
  senders[i] = counts and sender or false
end
local rows, reads, firsts = fields(key, 'm:', users), fields(key, 'r:', users), fields(key, 'f:', users)
for i, user in ipairs(users) do
  if redis.call('ZSCORE', key .. ':present', user) then
    local count = 0
    local from = math.max(tonumber(reads[i] or 0) + 1, tonumber(firsts[i] or 1), floor)
    for at = from - floor + 1, #senders do
      if senders[at] and senders[at] ~= user then count = count + 1 end
      if count >= cap then break end
    end
    found[#found + 1] = { rows[i], reads[i], count }
  end
end
return found
`

/** User, after, limit → ids of rooms that the user is in, by name. Ended rooms are dropped. */
export const ROOMS_OF = `${COMMON}
local key, ttl, after, limit = base .. 'of:' .. take(), tonumber(take()), take(), tonumber(take())
redis.call('PEXPIRE', key, ttl * 30)
local found = {}
while #found < limit do
  local ids = redis.call('ZRANGEBYLEX', key, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    after = id
    if redis.call('EXISTS', roomKey(id)) == 0 then redis.call('ZREM', key, id)
    elseif #found < limit then found[#found + 1] = id end
  end
  if #ids < limit then break end
end
return found
`

/** Rooms, users → pairs of who is in which. */
export const WHO_IS_IN = `${COMMON}
local rooms, users, found = takeList(), takeList(), {}
for _, room in ipairs(rooms) do
  for _, user in ipairs(users) do
    if redis.call('ZSCORE', roomKey(room) .. ':present', user) then
      found[#found + 1] = room
      found[#found + 1] = user
    end
  end
end
return found
`

/** File, rooms → 1 for each room in which the user may see a message that shows it. */
export const SHOWS_FILE = `${COMMON}
local wanted, user = take(), take()
for _, room in ipairs(takeList()) do
  local key = roomKey(room)
  local seq, floor, first = unpack(redis.call('HMGET', key, 'seq', 'floor', 'f:' .. user))
  if seq and redis.call('ZSCORE', key .. ':present', user) then
    for _, brief in ipairs(fields(key, 'b:', seqs(math.max(tonumber(floor), tonumber(first or 1)), tonumber(seq)))) do
      if brief then
        local _, _, _, file = partsOf(brief)
        if file == wanted then return 1 end
      end
    end
  end
end
return 0
`

/** 0: the list is full, and none is resolved. */
export const PUT_REPORT = `${COMMON}
local key, id, value, most, ttl = roomKey(take()), take(), take(), tonumber(take()), take()
if redis.call('EXISTS', key) == 0 then return 1 end
local reports = key .. ':reports'
if redis.call('HEXISTS', reports, id) == 0 and redis.call('HLEN', reports) >= most then
  local all, oldest = redis.call('HGETALL', reports), nil
  for i = 1, #all, 2 do
    if string.sub(all[i + 1], 1, 1) == '1' and (not oldest or all[i] < oldest) then oldest = all[i] end
  end
  if not oldest then return 0 end
  redis.call('HDEL', reports, oldest)
end
redis.call('HSET', reports, id, value)
redis.call('PEXPIRE', reports, ttl)
return 1
`

export const TOUCH = `${COMMON}
local ttl, time = tonumber(take()), now()
for _, room in ipairs(takeList()) do
  local key = roomKey(room)
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', base .. 'rooms', 'XX', time, room)
    if redis.call('PTTL', key) < ttl / 2 then keep(key, ttl) end
  end
end
return 1
`

/** Unused time, at most this many → how many were removed. */
export const SWEEP = `${COMMON}
local idle, most = tonumber(take()), take()
local rooms = redis.call('ZRANGEBYSCORE', base .. 'rooms', '-inf', now() - idle, 'LIMIT', 0, most)
for _, room in ipairs(rooms) do
  local key = roomKey(room)
  local seq, floor, maker = unpack(redis.call('HMGET', key, 'seq', 'floor', 'maker'))
  if seq then
    for _, brief in ipairs(fields(key, 'b:', seqs(tonumber(floor), tonumber(seq)))) do
      local _, _, message = partsOf(brief)
      redis.call('HDEL', base .. 'messages', message)
    end
    redis.call('SREM', base .. 'made:' .. (maker or ''), room)
  end
  redis.call('UNLINK', key)
  for _, side in ipairs(SIDES) do redis.call('UNLINK', key .. side) end
  redis.call('ZREM', base .. 'rooms', room)
end
return #rooms
`
