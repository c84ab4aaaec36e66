import {
  type ChatOptions,
  unstable_checkRoom as checkRoom,
  unstable_checkRun as checkRun,
  type unstable_RoomCore as RoomModel,
  unstable_unreadOf as unreadOf,
} from '@roomful/client'
import type { WorldContext } from './context'
import type { Device } from './device'
import { entriesOf } from './entries'
import { pinsProblem } from './pins'
import { Soundness } from './soundness'
import { type Truth, unreadIn } from './truth'

type Inspect = NonNullable<NonNullable<ChatOptions['ports']>['inspect']>

type Run = Parameters<NonNullable<NonNullable<ChatOptions['ports']>['inspectRun']>>[0]

/** The facts about one running program. */
type Program = {
  readonly models: Map<string, RoomModel>
  readonly soundness: Soundness
  /** The history that each room was last seen to follow; it only advances. */
  readonly followed: Map<string, number>
  /** What it added to its outbox in this run, and when. */
  readonly made: Map<string, number>
  requests: number
  countedSince: number
}

/** More requests than this of one device in a second: it requests in a loop. */
const REQUESTS_MAX = 100
const REQUESTS_WITHIN_MS = 1_000
/** The client's default. */
const MAX_UNSENT_AGE_MS = 86_400_000

/** Checks every room of every device after each of its events, and records violations. */
export class Watch {
  /** Entries that went out while their device could store nothing, and reported so. */
  readonly #unkept = new Set<string>()
  /** The device whose outbox sent an entry last. */
  readonly #pickedBy = new Map<string, string>()
  /** How often each entry has gone out. */
  readonly #emitted = new Map<string, number>()
  readonly #programs = new Map<Device, Program>()
  /** Whose each device is, by its name. */
  readonly #owners = new Map<string, string>()

  constructor(
    private readonly context: WorldContext,
    private readonly truth: Truth,
  ) {}

  started(device: Device): void {
    this.#owners.set(device.name, device.user)
    this.#programOf(device)
  }

  stopped(device: Device): void {
    this.#programs.delete(device)
  }

  model(device: Device, roomId: string): RoomModel | undefined {
    return this.#programs.get(device)?.models.get(roomId)
  }

  models(device: Device): Iterable<RoomModel> {
    return this.#programs.get(device)?.models.values() ?? []
  }

  /** Did it go out while its device could store nothing, and reported so? */
  wentUnkept(id: string): boolean {
    return this.#unkept.has(id)
  }

  /** Did it go out again, so that an earlier try may still be in flight? */
  wentTwice(id: string): boolean {
    return (this.#emitted.get(id) ?? 0) > 1
  }

  /** The device that sent it, or tries to: in a browser any tab may take over what another left. */
  pickedBy(id: string): string | undefined {
    return this.#pickedBy.get(id)
  }

  inspector(device: Device): Inspect {
    const program = this.#programOf(device)
    return (before, after, event) => {
      // A killed program may still run its last promises, without effect.
      if (this.#programs.get(device) !== program) return
      program.models.set(after.id, after)
      if (event.type === 'enqueued') program.made.set(event.command.id, this.context.time.now)
      if (event.type === 'expired') this.#checkAge(device, program, event.ids)
      if (event.type === 'picked') {
        for (const id of event.ids) this.#pickedBy.set(id, device.name)
        this.#noteUnkept(device, event.ids)
      }
      this.context.trace.note(() => `  ${device.name} ${after.id}: ${event.type}${outboxText(after)}`)
      this.#checkOwner(device, before, after)
      const touched = before.rows.timeline !== after.rows.timeline || before.sync.cursor !== after.sync.cursor
      try {
        checkRoom(before, event, after)
      } catch (error) {
        this.#violate(device, after, error instanceof Error ? error.message : String(error))
      }
      if (touched) this.checkSound(device, after)
      this.#checkLive(device, after)
      if (after.listing.removed !== null && after.rows.tail !== null)
        this.#violate(device, after, 'I14: the copy of a room he is not in stays')
    }
  }

  /** I29: a room is nobody's but the user's whose device it is, and so is each entry of its outbox. */
  #checkOwner(device: Device, before: RoomModel, after: RoomModel): void {
    if (after.me !== null && after.me !== device.user)
      this.#violate(device, after, `I29: it is shown as ${after.me}'s`)
    if (before.outbox === after.outbox) return
    for (const { id } of entriesOf(after))
      if (!this.#isOf(id, device)) this.#violate(device, after, `I29: its outbox holds ${id} of another user`)
  }

  #isOf(id: string, device: Device): boolean {
    return (this.#owners.get(nameIn(id)) ?? device.user) === device.user
  }

  /** I28: a program's due work was found, although it checked few of its rooms. */
  ran(device: Device, run: Run): void {
    try {
      checkRun(run)
    } catch (error) {
      this.context.violations.push(`${error instanceof Error ? error.message : error} — ${device.name}`)
    }
  }

  /** I27: it has waited this long in true time. An entry of an earlier program may be older than is known here. */
  #checkAge(device: Device, { made }: Program, ids: readonly string[]): void {
    const most = device.options.client?.maxUnsentAgeMs ?? MAX_UNSENT_AGE_MS
    for (const id of ids) {
      const age = this.context.time.now - (made.get(id) ?? Number.NEGATIVE_INFINITY)
      if (age < most) this.context.violations.push(`I27: ${id} is held back after ${age} ms — ${device.name}`)
    }
  }

  /** I10: what is emitted would survive a crash, if the device stores anything. I15: no endless requests. */
  requested(device: Device, event: string, payload: unknown): void {
    const program = this.#programOf(device)
    const { time } = this.context
    if (time.now - program.countedSince > REQUESTS_WITHIN_MS) {
      program.countedSince = time.now
      program.requests = 0
    }
    if (++program.requests === REQUESTS_MAX)
      this.context.violations.push(
        `I15: ${device.name} asked ${REQUESTS_MAX} times in a second, the last was ${event}`,
      )
    for (const id of keysOf(payload)) {
      this.#emitted.set(id, (this.#emitted.get(id) ?? 0) + 1)
      if (!this.#isOf(id, device))
        this.context.violations.push(`I29: ${id} is sent as another user's — ${device.name}`)
      const writer = this.#writerOf(id, device)
      // A connection owner that slept forwards what that tab has since sent by another connection. An entry that a
      // sign-out in another tab deleted carries no promise any more, and may go out before this tab is notified.
      const isOwn = nameIn(id) === device.name
      const { disk } = device
      const isKept = isOwn ? disk?.hasEntry(id) || disk?.wasDeleted(id) : disk?.hadEntry(id)
      // An entry that went out while nothing could be stored goes out again under the same id, stored by then or not.
      if (!isKept && !this.#keeps(writer)) this.#unkept.add(id)
      // Two tabs may continue one growing message: the one that learns of it first takes the entry of both off the disk.
      if (!isKept && !this.#unkept.has(id) && !this.#isThere(id, device))
        this.context.violations.push(`I10: ${id} goes out before it is on the disk — ${device.name}`)
    }
  }

  #isThere(id: string, { user }: Device): boolean {
    const rooms = [...this.truth.present.rooms.values()]
    return rooms.some(({ sends }) => sends.has(`${user} ${id}`))
  }

  /**
   * What a tab passes to the owner of its connection may go out after that tab is gone: the tab's own report on its
   * disk counts.
   */
  #noteUnkept(device: Device, ids: readonly string[]): void {
    if (this.#keeps(device)) return
    for (const id of ids) if (!device.disk?.hasEntry(id)) this.#unkept.add(id)
  }

  /** I5 against the history that this device follows: the present one, or an older one until it learns of a restore. */
  checkSound(device: Device, model: RoomModel): void {
    if (model.rows.fromOldEpoch) return
    const program = this.#programOf(device)
    const { histories } = this.truth
    const first = program.followed.get(model.id) ?? 0
    let problem: string | undefined
    for (let i = first; i < histories.length; i++) {
      const room = histories[i]?.rooms.get(model.id) ?? histories[i]?.deleted.get(model.id)
      const found = room ? program.soundness.check(model, room) : undefined
      if (room && found === undefined) {
        program.followed.set(model.id, i)
        return
      }
      problem = found ?? problem
    }
    if (problem !== undefined) this.#violate(device, model, problem)
  }

  /** In motion: a live room that has received everything up to the head counts as the definition says (I13), and has the pins. */
  #checkLive(device: Device, model: RoomModel): void {
    const truth = this.truth.present.rooms.get(model.id)
    if (
      truth === undefined ||
      !model.view.opened ||
      model.sync.subscription !== 'synced' ||
      model.rows.fromOldEpoch ||
      model.unread.stale
    )
      return
    if (
      model.sync.cursor !== truth.rev ||
      model.sync.highestSeenRev !== truth.rev ||
      model.listing.removed !== null
    )
      return
    if (this.#programOf(device).followed.get(model.id) !== this.truth.histories.length - 1) return
    const found = unreadOf(model, model.unread.lastReadSeq)
    const wanted = unreadIn(truth, device.user, model.unread.lastReadSeq, model.rows.floorSeq)
    if (found !== wanted) this.#violate(device, model, `I13: ${found} unread instead of ${wanted}`)
    const problem = pinsProblem(model, truth)
    if (problem !== undefined) this.#violate(device, model, problem)
  }

  /**
   * A connection carries the sends of all tabs of its browser; a dead tab's entries belong to the connection's owner.
   */
  #writerOf(id: string, device: Device): Device {
    if (device.browser === undefined) return device
    const name = nameIn(id)
    const tabs = [...this.#programs.keys()].filter((one) => one.browser === device.browser)
    return tabs.find((one) => one.name === name) ?? device
  }

  #keeps(device: Device): boolean {
    return device.disk !== undefined && device.chat.getState().storage.status === 'ok'
  }

  #programOf(device: Device): Program {
    const known = this.#programs.get(device)
    if (known) return known
    const program = {
      models: new Map(),
      soundness: new Soundness(),
      followed: new Map(),
      made: new Map<string, number>(),
      requests: 0,
      countedSince: 0,
    }
    this.#programs.set(device, program)
    return program
  }

  #violate(device: Device, model: RoomModel, text: string): void {
    this.context.violations.push(`${text} — ${device.name}, room ${model.id}`)
  }
}

function outboxText(model: RoomModel): string {
  const entries = entriesOf(model)
  if (entries.length === 0) return ''
  return ` [${entries.map(({ id, kind, state }) => `${kind} ${id} ${state.at}`).join(', ')}]`
}

/** An id is a device's name and a number. */
const nameIn = (id: string): string => id.slice(0, id.lastIndexOf('-'))

/** The keys of sends and changes in a request. */
function keysOf(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return []
  if ('clientId' in payload && typeof payload.clientId === 'string') return [payload.clientId]
  if ('opId' in payload && typeof payload.opId === 'string') return [payload.opId]
  return 'messages' in payload && Array.isArray(payload.messages) ? payload.messages.flatMap(keysOf) : []
}
