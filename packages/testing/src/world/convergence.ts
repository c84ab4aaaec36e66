import {
  unstable_at as at,
  type unstable_Entry as Entry,
  type MemberView,
  type unstable_RoomCore as RoomModel,
  type RoomSummary,
  unstable_rangesOf as rangesOf,
} from '@roomful/client'
import { LIMITS, type Member } from '@roomful/protocol'
import type { Device } from './device'
import { entriesOf } from './entries'
import { pinsProblem, shownPinsProblem } from './pins'
import { type TrueRoom, unreadIn } from './truth'
import type { World } from './world'

/**
 * Timers that a node always has: room heads, the sweep of ephemeral rooms, the look at growing messages, and beside other nodes the database checks,
 * for rooms and for login sessions.
 */
const STANDING_TIMERS = 5

/** What keeps the world from being converged (I11, P5, I13): empty when all devices equal the server and are idle. */
/** `standing`: timers that a node may have besides its own, such as those of its devices' tokens. */
export function unsettled(world: World, standing = 0): string[] {
  const found: string[] = []
  for (const device of world.devices) {
    if (device.isClosing) found.push(`I22: the end of ${device.name}'s chat has not settled`)
    // Its app starts another program in a moment.
    if (device.isClosed) found.push(`I11: ${device.name} is closed`)
    if (!device.isRunning) continue
    const { status } = device.chat.getState().connection
    if (status !== 'online') found.push(`I11: ${device.name} is ${status}`)
    for (const model of world.watch.models(device)) {
      const truth = world.truth.present.rooms.get(model.id)
      const isDeleted = world.truth.present.deleted.has(model.id)
      const problem = truth
        ? unsettledRoom(device, model, truth)
        : isDeleted
          ? leftOfDeleted(device, model)
          : undefined
      if (problem !== undefined) found.push(`${problem} — ${device.name}, room ${model.id}`)
      const waiting = entriesOf(model).filter((entry) => entry.state.at !== 'failed' && !isHeld(model, entry))
      if (waiting.length > 0) {
        const kinds = waiting.map((entry) => `${entry.kind} ${entry.state.at}`).join(', ')
        found.push(`I11: the outbox holds ${kinds} — ${device.name}, room ${model.id}`)
      }
    }
    for (const { name } of device.openCalls)
      if (found.length === 0) found.push(`I22: ${name} has not settled — ${device.name}`)
    // What an earlier program left is in no outbox before the disk has been read.
    if (found.length === 0 && device.handle?.isBusy) found.push(`I11: ${device.name}'s disk is at work`)
    if (found.length === 0 && device.timers > device.standingTimers)
      found.push(`I11: ${device.name} has ${device.timers} timers`)
  }
  for (const node of world.nodes)
    if (found.length === 0 && node.clock.timers > STANDING_TIMERS + standing)
      found.push(`I11: ${node.id} has ${node.clock.timers} timers`)
  return found
}

/** A change of a held-back message waits with it, until the app decides. */
const isHeld = (model: RoomModel, entry: Entry): boolean => {
  if (!('target' in entry && 'clientId' in entry.target)) return false
  const { clientId } = entry.target
  return entriesOf(model).some(({ id, state }) => id === clientId && state.at === 'failed')
}

function unsettledRoom(device: Device, model: RoomModel, truth: TrueRoom): string | undefined {
  const member = truth.members.get(device.user)
  if (member === undefined || member.removed !== undefined) {
    if (model.rows.tail !== null || model.listing.listed) return 'I14: the copy of a room he is not in stays'
    return undefined
  }
  const shown = previewProblem(device, model.id, truth, member.fromSeq)
  if (shown !== undefined) return shown
  const state = device.room(model.id).getState()
  const unread = unreadIn(truth, device.user, member.lastReadSeq, member.fromSeq)
  const summary = device.chat.getState().rooms.find(({ id }) => id === model.id)
  if (summary === undefined) return 'I11: the room is not on the list'
  const row = unlikeRow(summary, truth)
  if (row !== undefined) return row
  if (!model.view.opened) {
    if (summary.unread === unread) return undefined
    return `I13: the list counts ${summary.unread} unread instead of ${unread} (${figures(model)}; the server's ${member.lastReadSeq} of ${truth.lastSeq})`
  }
  if (state.status !== 'live') return `P5: the room is ${state.status}`
  if (model.sync.cursor !== truth.rev) return `P5: the cursor is ${model.sync.cursor}, the head ${truth.rev}`
  const last = rangesOf(model.rows.timeline).at(-1)
  if (truth.lastSeq >= Math.max(1, member.fromSeq) && last?.to !== truth.lastSeq)
    return `P5: the newest that is held is ${last?.to}, the server has ${truth.lastSeq} (${places(model)})`
  for (const { from, to } of rangesOf(model.rows.timeline))
    for (let seq = from; seq <= to; seq++)
      if (at(model.rows.timeline, seq)?.rev !== truth.rows[seq - 1]?.rev)
        return `P5: seq ${seq} is not the server's`
  if (state.lastReadSeq !== member.lastReadSeq)
    return `I13: the read cursor is ${state.lastReadSeq}, the server has ${member.lastReadSeq}`
  if (state.unread !== unread) return `I13: ${state.unread} unread instead of ${unread} (${figures(model)})`
  return unlikePeople(device, model, truth) ?? pinsProblem(model, truth) ?? shownPinsProblem(state, model)
}

/** An admin deleted it: nothing of it is held, listed or shown; what was unsent has its outcome, as in any room. */
function leftOfDeleted(device: Device, { id, rows, listing, view }: RoomModel): string | undefined {
  if (rows.tail !== null || listing.listed) return 'I14: the copy of a deleted room stays'
  if (device.chat.getState().rooms.some((room) => room.id === id)) return 'P5: the list has a deleted room'
  // One that is closed, and was never listed nor synced, may still have the user's own sends: to open it asks.
  if (!view.opened) return undefined
  const { status } = device.room(id).getState()
  if (status !== 'removed') return `P5: an open room that was deleted is ${status}`
  const shown = device
    .room(id)
    .messages()
    .find(({ seq }) => seq > 0)
  return shown === undefined ? undefined : `I14: seq ${shown.seq} of a deleted room is shown`
}

/** The list has the room as it is, opened or not. */
function unlikeRow({ name, room, memberCount }: RoomSummary, truth: TrueRoom): string | undefined {
  const present = presentIn(truth).length
  if (memberCount !== present) return `P5: the list counts ${memberCount} members, the server ${present}`
  const wanted = truth.room
  if (name !== wanted.name) return `P5: the list calls the room ${name}, the server ${wanted.name}`
  const [held, theirs] = [room, wanted].map(({ metadata, settings }) =>
    JSON.stringify({ metadata, settings }),
  )
  return held === theirs ? undefined : `P5: the list has ${held}, the server ${theirs}`
}

/** What the list shows of the newest message. */
function previewProblem(
  device: Device,
  roomId: string,
  { rows, lastSeq }: TrueRoom,
  fromSeq: number,
): string | undefined {
  const summary = device.chat.getState().rooms.find(({ id }) => id === roomId)
  const last = lastSeq < fromSeq ? undefined : rows[lastSeq - 1]
  const found = summary?.preview ?? undefined
  if (summary === undefined || found?.seq === last?.seq) return undefined
  return `P5: the list shows seq ${found?.seq ?? 'none'}, the newest is ${last?.seq ?? 'none'}`
}

/** Who is in the room, in which role, and everyone's read cursor. */
function unlikePeople(device: Device, model: RoomModel, truth: TrueRoom): string | undefined {
  const present = presentIn(truth)
  const { members, memberCount, hasMoreMembers, reads } = device.room(model.id).getState()
  if (memberCount !== present.length) return `P5: ${memberCount} members instead of ${present.length}`
  const loaded = new Set<string>(members.map(({ userId }) => userId))
  const shown = members.map(personOf)
  const wanted = present.filter(({ userId }) => !hasMoreMembers || loaded.has(userId)).map(personOf)
  if (shown.join() !== wanted.join()) return `P5: the members are ${shown}, the server has ${wanted}`
  if (reads.has(device.user)) return 'P5: the own read cursor is among those of the others'
  // A sync does not send the members of a larger room.
  if (present.length > LIMITS.membersInline) return undefined
  for (const { userId, lastReadSeq } of present)
    if (userId !== device.user && (reads.get(userId) ?? 0) !== lastReadSeq)
      return `P5: ${userId} has read up to ${reads.get(userId) ?? 0}, the server has ${lastReadSeq}`
  return undefined
}

/** In the order in which clients show them. */
const presentIn = ({ members }: TrueRoom): Member[] =>
  [...members.values()]
    .filter((member) => member.removed === undefined)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))

const personOf = ({ userId, name, avatarUrl = '', role, mutedUntil = '' }: MemberView): string =>
  [userId, name, avatarUrl, role, mutedUntil].join(' ')

/** What a client holds, and the place that it views. */
function places({ rows, view, windowSize }: RoomModel): string {
  const { timeline, evicted, tail, floorSeq, pastTail } = rows
  const { anchor } = view
  const ranges = rangesOf(timeline)
  return JSON.stringify({ ranges, evicted, tail, anchor, floorSeq, windowSize, pastTail: pastTail.length })
}

/** What a client's unread count is computed from. */
function figures({ unread, rows, view, sync, me }: RoomModel): string {
  const { rowCounts, ...counts } = unread
  const { lastSeq, tail, floorSeq } = rows
  const { subscription } = sync
  return JSON.stringify({
    ...counts,
    ofRows: rowCounts.last?.count,
    lastSeq,
    tail,
    floorSeq,
    opened: view.opened,
    subscription,
    me,
  })
}
