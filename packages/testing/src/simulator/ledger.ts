import type { MessageDraftInput, Room, Sent, SentStream } from '@roomful/client'
import type { HistoryEvent, Operation } from '../history/event'
import { Recorder, seen } from '../history/recorder'
import type { Device } from '../world/device'
import { entriesOf } from '../world/entries'
import type { Program } from '../world/program'
import type { World } from '../world/world'

/** Refusals that hide the room from the user: they reveal nothing about an earlier try. */
const HIDING = new Set(['ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND'])

type SendEvent = Extract<HistoryEvent, { phase: 'invoked' }> & {
  readonly op: Extract<Operation, { kind: 'send' }>
}

const isSend = (event: HistoryEvent): event is SendEvent =>
  event.phase === 'invoked' && event.op.kind === 'send'

type OpenSend = {
  readonly call: string
  readonly clientId: string
  readonly roomId: string
  readonly device: Device
}

/**
 * The history of one run, for the checker. It records as uncertain what a crash or a restore makes uncertain: only a
 * promise that was made can be broken.
 */
export class Ledger {
  readonly recorder = new Recorder()
  readonly #open = new Map<string, OpenSend>()
  /** Sends that were lost with a program before its disk had them: they carry no promise. */
  readonly #abandoned = new Set<string>()
  readonly #withdrawn = new Set<string>()
  /**
   * Sends that another tab takes over: they keep their order, but not relative to what their tab sends later. By call:
   * which order.
   */
  readonly #inherited = new Map<string, string>()
  /**
   * Growing messages that go out again after their program was killed: at the end, or where what was left of them is, by
   * whichever tab takes it over. The earlier of both has the place.
   */
  readonly #continued = new Set<string>()
  /** By tab: how often its left-behind sends had to start another order. */
  readonly #orders = new Map<string, number>()
  /** How often each device's program was killed, and the life in which each send was made last. */
  readonly #kills = new Map<string, number>()
  readonly #lives = new Map<string, number>()
  /** Devices whose login session is being ended. */
  readonly #signingOut = new Set<string>()
  #restoredAt = 0
  #streams = 0
  readonly #opened = new Set<string>()
  /** Refused ones that went out again. */
  readonly #again = new Set<string>()

  send(device: Device, room: Room, draft: MessageDraftInput, options?: Parameters<Room['send']>[1]): Sent {
    const who = whoOf(device)
    const { history } = this.recorder
    const place = history.length
    const sent = this.recorder.send(who, room, draft, options)
    const call = this.#callAt(-1)
    // What a listener sent meanwhile stands behind it, as in the outbox.
    history.splice(place, 0, ...history.splice(-1))
    this.#lives.set(call, this.#lifeOf(device))
    this.#open.set(call, { call, clientId: sent.clientId, roomId: room.id, device })
    const { program } = device
    sent.then(
      () => void this.#open.delete(call),
      (error: unknown) => this.#rejected(call, program, error),
    )
    return sent
  }

  /**
   * A message that grows, as a send without text: what it has is checked apart. Its promise is about its end: one that
   * rejects says nothing of its beginning.
   */
  stream(device: Device, roomId: string, send: () => SentStream): SentStream {
    const who = whoOf(device)
    const { history } = this.recorder
    const place = history.length
    const stream = send()
    const { clientId } = stream
    const { program } = device
    const call = `stream ${++this.#streams}`
    history.splice(place, 0, {
      who,
      roomId,
      phase: 'invoked',
      call,
      op: { kind: 'send', clientId, content: '' },
    })
    this.#lives.set(call, this.#lifeOf(device))
    this.#open.set(call, { call, clientId, roomId, device })
    const end = (event: HistoryEvent): void => {
      if (!isAnswered(history, call)) history.push(event)
    }
    stream.done.then(
      (message) => {
        this.#open.delete(call)
        end({ who, roomId, phase: 'ok', call, message: seen(message) })
      },
      (error: unknown) => {
        this.#rejected(call, program, error)
        this.#abandoned.add(call)
        end({ who, roomId, phase: 'unknown', call })
      },
    )
    return stream
  }

  /** Another producer continues it: one that was lost with its program before it went out goes out now. */
  continued(device: Device, clientId: string): void {
    const first = this.#firstOf(clientId)
    if (first === undefined || this.#open.has(first.call) || this.#opened.has(clientId)) return
    this.#goesOutAgain(device, first)
    this.#continued.add(first.call)
  }

  /** A closed chat rejects its sends; its disk keeps them. A time limit too ends only the wait. */
  #rejected(call: string, program: Program | undefined, error: unknown): void {
    const isLate = typeof error === 'object' && error !== null && 'code' in error && error.code === 'TIMEOUT'
    if (program?.phase === 'running' && !hasStopped(program) && !isLate) this.#open.delete(call)
  }

  /** The server has its message: it waits in no outbox any more, though its promise is open. */
  opened(clientId: string): void {
    this.#opened.add(clientId)
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
    // A restore may undo it, or a database that fails at the first moment may not have it.
    this.#abandoned.add(call)
  }

  /** A failed message goes out again: it takes its place in the order now. */
  resend(device: Device, clientId: string): void {
    const first = this.#firstOf(clientId)
    if (first === undefined) return
    this.#goesOutAgain(device, first)
    this.#again.add(first.call)
    this.#abandoned.add(first.call)
  }

  #firstOf(clientId: string): SendEvent | undefined {
    return this.recorder.history.find(
      (event): event is SendEvent => isSend(event) && event.op.clientId === clientId,
    )
  }

  #goesOutAgain(device: Device, first: SendEvent): void {
    const { history } = this.recorder
    const { roomId, call } = first
    const kept = history.filter((event) => !('call' in event) || event.call !== call)
    // It keeps its place in the outbox: before what still waits, after what has gone out.
    const waiting = kept.findIndex(
      (event) =>
        event.phase === 'invoked' &&
        event.who.device === device.name &&
        event.roomId === roomId &&
        this.#open.has(event.call) &&
        !(isSend(event) && this.#opened.has(event.op.clientId)),
    )
    const place = waiting < 0 ? kept.length : waiting
    history.splice(0, history.length, ...kept.slice(0, place), first, ...kept.slice(place))
    history.push({ who: whoOf(device), roomId, phase: 'unknown', call })
    this.#lives.set(call, this.#lifeOf(device))
  }

  /** A send that the user cancelled: it has no outcome to check, unless it was too late. */
  withdrawn(clientId: string): void {
    this.#withdrawn.add(clientId)
  }

  call(device: Device, roomId: string, op: Operation, run: () => Promise<unknown>): void {
    this.recorder.call(whoOf(device), roomId, op, run).catch(() => {})
  }

  /** An edit of a message that may be unsent: it goes out with it or after it, at any time, and carries no promise. */
  editsUnsent(
    device: Device,
    roomId: string,
    { clientId, content }: { readonly clientId: string; readonly content: string },
    run: () => Promise<unknown>,
  ): void {
    const place = this.recorder.history.length
    this.call(device, roomId, { kind: 'edit', messageId: clientId, content }, run)
    // Recorded before listeners, which the edit may call, do more.
    this.#abandoned.add(this.#callAt(place))
  }

  /** A program is killed: what its disk has will be sent, the rest may have been. */
  killed(world: World, device: Device): void {
    const left = [...this.#open.values()].filter((one) => one.device === device)
    const order = device.browser ? this.#orderOf(world, device, left) : undefined
    for (const call of this.#forgetRefusals(device)) if (order !== undefined) this.#inherited.set(call, order)
    for (const { call, clientId, roomId } of left) {
      this.#open.delete(call)
      if (!device.disk?.hasEntry(clientId)) this.#abandoned.add(call)
      else if (order !== undefined) this.#inherited.set(call, order)
      if (!isAnswered(this.recorder.history, call))
        this.recorder.history.push({ who: whoOf(device), roomId, phase: 'unknown', call })
    }
    if (this.#signingOut.has(device.name)) this.#giveUp(device)
    this.#kills.set(device.name, this.#lifeOf(device) + 1)
  }

  /**
   * What a tab leaves goes behind what it left in earlier lives, which another tab may not have sent yet; but not if it
   * was already in flight.
   */
  #orderOf(world: World, device: Device, left: readonly OpenSend[]): string {
    const isUnderWay = left.some(({ roomId, clientId }) => {
      const model = world.watch.model(device, roomId)
      return model && entriesOf(model).some((entry) => entry.id === clientId && entry.attempts > 0)
    })
    const order = (this.#orders.get(device.name) ?? 0) + (isUnderWay ? 1 : 0)
    this.#orders.set(device.name, order)
    return `left behind ${order}`
  }

  /**
   * A refusal that is not on the disk yet is lost with the program: the send goes out once more, in the order of then,
   * because what came after it may have gone out meanwhile. Returns these calls.
   */
  #forgetRefusals(device: Device): string[] {
    const { history } = this.recorder
    const refused = new Set(history.flatMap((event) => (event.phase === 'failed' ? [event.call] : [])))
    const again = history.filter(
      (event): event is SendEvent =>
        isSend(event) &&
        event.who.device === device.name &&
        refused.has(event.call) &&
        device.disk?.wouldSend(event.op.clientId) === true,
    )
    for (const first of again) this.#goesOutAgain(device, first)
    return again.map(({ call }) => call)
  }

  /**
   * A sign-out deletes the outbox as soon as a tab is notified: what was not sent by then is gone, as its user wished.
   */
  signedOut(device: Device): void {
    this.#signingOut.add(device.name)
    this.#giveUp(device)
  }

  /** Its next program starts another login session. */
  signsInAnew(device: Device): void {
    this.#signingOut.delete(device.name)
  }

  #giveUp(device: Device): void {
    for (const event of this.recorder.history)
      if (isSend(event) && event.who.device === device.name) this.#abandoned.add(event.call)
  }

  /** A later edit replaces one that waits: the earlier one carries no promise any more. */
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
    const { history } = this.recorder
    const { present, takenBack } = world.truth
    const shownAsFailed = failedEntries(world)
    const acked = new Set(history.flatMap((event) => (event.phase === 'ok' ? [event.call] : [])))
    const refused = new Set(history.flatMap((event) => (event.phase === 'failed' ? [event.call] : [])))
    const sends = new Map(history.flatMap((event) => (isSend(event) ? [[event.call, event] as const] : [])))
    const isTakenBack = (call: string): boolean => takenBack.has(sends.get(call)?.op.clientId ?? '')
    const isWithdrawn = (call: string): boolean => this.#withdrawn.has(sends.get(call)?.op.clientId ?? '')
    // What was acked is promised, whatever happened to the device.
    const isGivenUp = (call: string): boolean => this.#abandoned.has(call) && !acked.has(call)
    const isThere = ({ roomId, who, op }: SendEvent): boolean =>
      present.rooms.get(roomId)?.sends.has(`${who.user} ${op.clientId}`) ?? false
    const dropped = new Set<string>()
    for (const [call, send] of sends) {
      const isOver = isWithdrawn(call) || shownAsFailed.has(send.op.clientId)
      if ((isOver || isGivenUp(call) || isTakenBack(call)) && !isThere(send)) dropped.add(call)
    }
    /** Changes that may have happened: they explain what exists, and carry no promise. */
    const open = new Set<string>()
    history.forEach((event, at) => {
      if (event.phase !== 'invoked' || isSend(event)) return
      if (this.#abandoned.has(event.call) || at < this.#restoredAt) open.add(event.call)
    })
    /** Only the sends of one program, or of several from one disk, have an order. */
    const orderOf = (call: string): string | undefined => {
      if (this.#continued.has(call)) return `continued, ${call}`
      // Undone by a restore, and still on a disk: it goes out once more, whenever that disk is read.
      if (isTakenBack(call)) return `taken back, ${call}`
      // What follows it may have been on its way already, and what went out again before it may still wait.
      if (this.#again.has(call)) return `again, ${call}`
      // Cancelled by its user, and the program died before the disk had that: the same.
      if (isWithdrawn(call)) return `withdrawn, ${call}`
      // A send lost with a program may still have been in flight: it has no place in the order of later ones.
      if (isGivenUp(call)) return `given up in life ${this.#lives.get(call) ?? 0}`
      const inherited = this.#inherited.get(call)
      const clientId = sends.get(call)?.op.clientId ?? ''
      // Its repeat was refused, and an earlier try arrived after what was sent since: it was on a stalled connection.
      if (refused.has(call) && world.watch.wentTwice(clientId)) return `late, ${call}`
      // Two tabs that take over what was left in two lives send it from two outboxes.
      if (inherited !== undefined) return `${inherited}, sent by ${world.watch.pickedBy(clientId)}`
      // The client does not wait for a disk that did not answer in time: what an earlier program left there is sent
      // later.
      const isFromMemory = world.watch.wentUnkept(clientId)
      return isFromMemory ? `from memory in life ${this.#lives.get(call) ?? 0}` : undefined
    }
    return history
      .filter((event, at) => {
        if (!('call' in event)) return at >= this.#restoredAt
        return !dropped.has(event.call) && (event.phase === 'invoked' || !open.has(event.call))
      })
      .map((event): HistoryEvent => {
        if (!('call' in event)) return event
        const { call, roomId } = event
        const order = orderOf(call)
        const who =
          order === undefined ? event.who : { ...event.who, device: `${event.who.device}, ${order}` }
        if (event.phase === 'invoked') return { ...event, who, op: withRealId(world, event) }
        const send = sends.get(call)
        // A user removed before their repeat arrived learns nothing of the room, not even that the send was accepted
        // (P9).
        const isHidden = event.phase === 'failed' && HIDING.has(event.code)
        // A repeat is refused for a present reason: an earlier try may be on a stalled connection, and still arrive.
        const isLate = event.phase === 'failed' && world.watch.wentTwice(send?.op.clientId ?? '')
        const isOpen = isHidden || isLate || isTakenBack(call)
        const isUnknown = send === undefined ? isHidden : isThere(send) && isOpen
        return isUnknown ? { who, roomId, phase: 'unknown', call } : { ...event, who }
      })
  }

  #lifeOf(device: Device): number {
    return this.#kills.get(device.name) ?? 0
  }

  #callAt(place: number): string {
    const event = this.recorder.history.at(place)
    if (event?.phase !== 'invoked') throw new Error('a call was not written down')
    return event.call
  }
}

const hasStopped = ({ chat }: Program): boolean => chat.getState().connection.status === 'stopped'

const isAnswered = (history: readonly HistoryEvent[], call: string): boolean =>
  history.some((event) => 'call' in event && event.call === call && event.phase !== 'invoked')

/** An operation that named a message by its clientId, before it had an id. */
function withRealId(
  world: World,
  { op, roomId, who }: Extract<HistoryEvent, { phase: 'invoked' }>,
): Operation {
  if (op.kind !== 'edit') return op
  const room = world.truth.present.rooms.get(roomId)
  const seq = room?.sends.get(`${who.user} ${op.messageId}`)
  const row = seq === undefined ? undefined : room?.rows[seq - 1]
  return row === undefined ? op : { ...op, messageId: row.id }
}

/** Sends that some device shows as failed: refused, visible, and the user's to decide about (I10). */
function failedEntries(world: World): ReadonlySet<string> {
  const failed = new Set<string>()
  for (const device of world.devices)
    for (const model of world.watch.models(device))
      for (const entry of entriesOf(model)) if (entry.state.at === 'failed') failed.add(entry.id)
  return failed
}

export const whoOf = (device: Device) => ({ user: device.user, device: device.name })
