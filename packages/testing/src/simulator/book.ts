import type { MessageDraftInput, Room, Sent } from '@roomful/client'
import type { FinalRoom, HistoryEvent, Operation } from '../history/event'
import { Recorder, seen, viewOf } from '../history/recorder'
import type { Device } from '../world/device'
import type { World } from '../world/world'

type OpenSend = {
  readonly call: string
  readonly clientId: string
  readonly roomId: string
  readonly device: Device
}

/**
 * The history of one run, for the checker. What a crash or a restore makes uncertain is told to it as uncertain: only
 * a promise that was given may be broken.
 */
export class Book {
  readonly recorder = new Recorder()
  readonly #open = new Map<string, OpenSend>()
  /** Sends that were lost with a program before its disk had them: nobody was promised anything. */
  readonly #abandoned = new Set<string>()
  readonly #withdrawn = new Set<string>()
  /** Sends that another tab takes over: they keep their order, but not with what their tab sends later. */
  readonly #inherited = new Set<string>()
  #restoredAt = 0

  send(device: Device, room: Room, draft: MessageDraftInput): Sent {
    const who = whoOf(device)
    const sent = this.recorder.send(who, room, draft)
    const call = this.#lastCall()
    this.#open.set(call, { call, clientId: sent.clientId, roomId: room.id, device })
    const end = (): void => void this.#open.delete(call)
    sent.then(end, end)
    return sent
  }

  /** A message that was there before the run. */
  before(user: string, roomId: string, clientId: string, content: string): void {
    const [who, call] = [{ user, device: `${user}, before` }, `before ${roomId} ${clientId}`]
    this.recorder.history.push({
      who,
      roomId,
      phase: 'invoked',
      call,
      op: { kind: 'send', clientId, content },
    })
    this.recorder.history.push({ who, roomId, phase: 'unknown', call })
    // A restore may take it back, or a database that fails at the first moment may not have it.
    this.#abandoned.add(call)
  }

  /** A failed message goes out again: its place in the order is that of now. */
  resend(device: Device, roomId: string, clientId: string): void {
    const { history } = this.recorder
    const first = history.find(
      (event) => event.phase === 'invoked' && event.op.kind === 'send' && event.op.clientId === clientId,
    )
    if (first?.phase !== 'invoked') return
    const kept = history.filter((event) => !('call' in event) || event.call !== first.call)
    // It keeps its place in the outbox: before what still waits, after what has gone.
    const waiting = kept.findIndex(
      (event) =>
        event.phase === 'invoked' &&
        event.who.device === device.name &&
        event.roomId === roomId &&
        this.#open.has(event.call),
    )
    const place = waiting < 0 ? kept.length : waiting
    history.splice(0, history.length, ...kept.slice(0, place), first, ...kept.slice(place))
    history.push({ who: whoOf(device), roomId, phase: 'unknown', call: first.call })
    this.#abandoned.add(first.call)
  }

  /** A send that the user took back: it has no outcome to be checked, unless it was too late. */
  withdrawn(clientId: string): void {
    this.#withdrawn.add(clientId)
  }

  call(device: Device, roomId: string, op: Operation, run: () => Promise<unknown>): void {
    this.recorder.call(whoOf(device), roomId, op, run).catch(() => {})
  }

  /** A program is killed: what its disk has will be sent, the rest may have been. */
  killed(device: Device): void {
    this.#forgetRefusals(device)
    for (const { call, clientId, roomId, device: sender } of this.#open.values()) {
      if (sender !== device) continue
      this.#open.delete(call)
      if (!device.disk?.hasEntry(clientId)) this.#abandoned.add(call)
      else if (device.browser) this.#inherited.add(call)
      this.recorder.history.push({ who: whoOf(device), roomId, phase: 'unknown', call })
    }
  }

  /** A refusal that the disk has not heard of dies with the program: the send goes out once more. */
  #forgetRefusals(device: Device): void {
    const { history } = this.recorder
    const again = new Set<string>()
    for (const event of history)
      if (event.phase === 'invoked' && event.op.kind === 'send' && event.who.device === device.name)
        if (device.disk?.wouldSend(event.op.clientId)) again.add(event.call)
    history.forEach((event, at) => {
      if (event.phase !== 'failed' || !again.has(event.call)) return
      const { who, roomId, call } = event
      history[at] = { who, roomId, phase: 'unknown', call }
    })
  }

  /** A sign-out takes the outbox with it: what was not sent by then is gone, as its user wished. */
  signedOut(device: Device): void {
    for (const event of this.recorder.history)
      if (event.phase === 'invoked' && event.op.kind === 'send' && event.who.device === device.name)
        this.#abandoned.add(event.call)
  }

  /** A later edit takes the place of one that waits: the earlier is not promised any more. */
  superseded(device: Device, messageId: string): void {
    for (const event of this.recorder.history)
      if (event.phase === 'invoked' && event.op.kind === 'edit' && event.op.messageId === messageId)
        if (event.who.device === device.name) this.#abandoned.add(event.call)
  }

  restored(): void {
    this.#restoredAt = this.recorder.history.length
  }

  /** The history as the checker may read it. */
  history(world: World): readonly HistoryEvent[] {
    const dropped = new Set<string>()
    /** Changes that may have happened: they explain what is there, and promise nothing. */
    const open = new Set<string>()
    const { rooms } = world.truth.present
    const shownAsFailed = failedEntries(world)
    const isThere = (roomId: string, user: string, clientId: string): boolean =>
      rooms.get(roomId)?.sends.has(`${user} ${clientId}`) ?? false
    this.recorder.history.forEach((event, at) => {
      if (event.phase !== 'invoked') return
      const { op, call } = event
      const isOver =
        op.kind === 'send' && (this.#withdrawn.has(op.clientId) || shownAsFailed.has(op.clientId))
      if (!isOver && !this.#abandoned.has(call) && at >= this.#restoredAt) return
      if (op.kind !== 'send') open.add(call)
      else if (!isThere(event.roomId, event.who.user, op.clientId)) dropped.add(call)
    })
    const sends = new Map(
      this.recorder.history.flatMap((event) =>
        event.phase === 'invoked' && event.op.kind === 'send' ? [[event.call, event.op.clientId]] : [],
      ),
    )
    return this.recorder.history
      .filter((event, at) => {
        if (!('call' in event)) return at >= this.#restoredAt
        return !dropped.has(event.call) && (event.phase === 'invoked' || !open.has(event.call))
      })
      .map((event): HistoryEvent => {
        // What was lost with a program may still have been under way: it has no place in the order of what came later.
        if ('call' in event && (this.#abandoned.has(event.call) || this.#inherited.has(event.call)))
          return { ...event, who: { ...event.who, device: `${event.who.device}, given up` } }
        // Whoever was removed before his repeat came is told nothing of the room, not even that he was heard (P9).
        if (event.phase !== 'failed' || event.code !== 'ROOM_NOT_FOUND') return event
        const { who, roomId, call } = event
        const clientId = sends.get(call)
        const heard = clientId !== undefined && isThere(roomId, who.user, clientId)
        return heard ? { who, roomId, phase: 'unknown', call } : event
      })
  }

  #lastCall(): string {
    const last = this.recorder.history.at(-1)
    if (last?.phase !== 'invoked') throw new Error('a send was not written down')
    return last.call
  }
}

/** Sends that some device shows as failed: refused, visible, and the user's to decide about (I10). */
function failedEntries(world: World): ReadonlySet<string> {
  const failed = new Set<string>()
  for (const device of world.devices)
    for (const core of world.watch.cores(device))
      for (const entry of core.entries) if (entry.state.at === 'failed') failed.add(entry.id)
  return failed
}

export const whoOf = (device: Device) => ({ user: device.user, device: device.name })

/** The end of a run, from the truth and from the devices that are in the room. */
export function finalRooms(world: World): FinalRoom[] {
  const rooms: FinalRoom[] = []
  for (const truth of world.truth.present.rooms.values()) {
    const devices = world.devices.filter((device) => device.isRunning && device.opened.has(truth.id))
    const inside = devices.filter((device) => {
      const member = truth.members.get(device.user)
      return member !== undefined && member.removed === undefined
    })
    rooms.push({
      roomId: truth.id,
      lastSeq: truth.lastSeq,
      rev: truth.rev,
      messages: truth.rows.map(seen),
      views: inside.map((device) => {
        const { unread, lastReadSeq, ...view } = viewOf(device.room(truth.id))
        // Who came back later has and counts nothing below his floor, which the checker does not know.
        const floor = truth.members.get(device.user)?.fromSeq ?? 1
        const counts = floor === 1 ? { unread, lastReadSeq } : {}
        return { who: whoOf(device), ...view, fromSeq: Math.max(view.fromSeq, floor), ...counts }
      }),
      outbox: world.devices.flatMap((device) =>
        (world.watch.core(device, truth.id)?.entries ?? []).flatMap((entry) =>
          entry.kind === 'send' && entry.state.at !== 'failed' ? [entry.id] : [],
        ),
      ),
    })
  }
  return rooms
}
