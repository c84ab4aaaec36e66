import type { SentStream, ShownMessage } from '@roomful/client'
import type { Message } from '@roomful/protocol'
import type { Device } from '../world/device'
import type { Program } from '../world/program'
import type { Random } from '../world/random'
import type { TrueRoom } from '../world/truth'
import type { World } from '../world/world'
import type { Ledger } from './ledger'
import { drawSource, type Source } from './stream-source'

/** One producer of a growing message, and what it has produced. `isAsked`: its source was asked for text. */
export type Production = {
  readonly user: string
  readonly roomId: string
  clientId: string
  text: string
  isAsked: boolean
  readonly program: Program
}

/** What was last seen of a message: a row of the server, or what a device shows. */
type Glimpse = { readonly message: Message | ShownMessage; readonly histories: number }

type Start = {
  readonly device: Device
  readonly roomId: string
  readonly random: Random
  /** The message of an earlier producer, which this one continues. */
  readonly earlier?: Production | undefined
}

/**
 * The producers of growing messages, and what must be true of these (I30): each device shows what one producer of the
 * message has produced, or the beginning of it; so does the server's row, which only grows; what is shown of one run does
 * not become shorter; a message that has finished has all that its producer had.
 */
export class Productions {
  readonly #all: Production[] = []
  readonly #sources = new Set<Source>()
  readonly #open = new Map<SentStream, Program>()
  readonly #rows = new Map<string, Glimpse>()
  readonly #shown = new WeakMap<Program, Map<string, Glimpse>>()
  readonly #lists = new WeakMap<Program, Map<string, readonly ShownMessage[]>>()
  readonly #finished = new Map<string, string>()
  #names = 0

  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
  ) {}

  /** Those that a device may continue: their messages are on the server, or were its own. */
  continuable(device: Device, roomId: string): Production[] {
    return this.#all.filter(
      ({ user, clientId, ...at }) =>
        user === device.user &&
        at.roomId === roomId &&
        (clientId.startsWith(`${device.name}-`) || this.#rowOf({ user, roomId, clientId }) !== undefined),
    )
  }

  /** Begins to write a message, and may give it up later. */
  start({ device, roomId, random, earlier }: Start): void {
    const { program } = device
    if (program === undefined) return
    const name = earlier?.clientId ?? (random.chance(0.4) ? this.#newName(device) : undefined)
    const repeated = earlier && random.chance(0.3) ? earlier.text : undefined
    const own = {
      user: device.user,
      roomId,
      clientId: name ?? '',
      text: repeated ?? '',
      isAsked: false,
      program,
    }
    const source = drawSource({
      ...{ world: this.world, device, program, random: random.split('source') },
      asked: () => {
        own.isAsked = true
      },
      add: (piece) => {
        own.text += piece
      },
    })
    const continued = (soFar: string): AsyncIterable<string> => {
      own.text = soFar
      return source.beginning('')
    }
    const given = repeated === undefined ? continued : source.beginning(repeated)
    const send = (): SentStream =>
      program.room(roomId).sendStream(given, name === undefined ? {} : { clientId: name })
    if (earlier) this.ledger.continued(device, earlier.clientId)
    const stream = earlier === undefined ? this.ledger.stream(device, roomId, send) : send()
    own.clientId = stream.clientId
    this.#all.push(own)
    this.#sources.add(source)
    this.#open.set(stream, program)
    program.calls.untilClosed(`the stream ${stream.clientId}`, stream.done)
    const over = (): void => {
      this.#open.delete(stream)
      this.world.time.schedule(1, 'a stream is over', () => this.#checkSource(source, own, program))
    }
    stream.done.then((message) => {
      over()
      if (program.phase !== 'dead') this.#checkDone(own, message)
    }, over)
    this.#mayGiveUp(stream, program, random)
  }

  /** A node that missed the beginning of a stream learns of it by its next look at the database, within 30 s. */
  get settleMs(): number {
    return this.#all.length === 0 ? 0 : 30_000
  }

  /** The faults end: what is produced ends, too. */
  calm(): void {
    for (const source of this.#sources) source.calm()
  }

  /** I30 and I22 at the end of a run: nothing grows any more. */
  unsettled(): string[] {
    const found: string[] = []
    for (const [{ clientId }, program] of this.#open)
      if (program.phase === 'running') found.push(`I22: the stream ${clientId} has not settled`)
    for (const production of this.#all) {
      const row = this.#rowOf(production)
      if (row === undefined || isChanged(row)) continue
      if (row.stream?.state === 'streaming' || row.stream?.closing)
        found.push(`I30: ${production.clientId} grows for ever`)
      const whole = this.#finished.get(production.clientId)
      const isLost = whole !== undefined && !this.world.truth.takenBack.has(production.clientId)
      if (isLost && this.world.truth.histories.length === 1 && row.content !== whole)
        found.push(`I30: ${production.clientId} had finished, and ends otherwise`)
    }
    return found
  }

  /** I30, after an event and all its consequences. */
  check(): void {
    if (this.#all.length === 0) return
    for (const production of this.#all) this.#checkRow(production)
    for (const device of this.world.devices) {
      const { program } = device
      if (!device.isRunning || program === undefined) continue
      for (const roomId of device.opened) this.#checkShown(device, program, roomId)
    }
  }

  #checkRow(production: Production): void {
    const row = this.#rowOf(production)
    if (row === undefined) return
    const { clientId } = production
    const before = this.#rows.get(clientId)
    if (before?.message === row) return
    const histories = this.world.truth.histories.length
    this.#rows.set(clientId, { message: row, histories })
    if (before === undefined) this.ledger.opened(clientId)
    if (isChanged(row)) return
    if (!this.#isProduced(row)) this.#violate(`the row of ${clientId} has what none of its producers had`)
    if (before === undefined || before.histories !== histories || isChanged(before.message)) return
    if (!row.content.startsWith(before.message.content))
      this.#violate(`the row of ${clientId} has other text than before`)
    if (runOf(row) < runOf(before.message)) this.#violate(`the row of ${clientId} is of an earlier run`)
  }

  #checkShown(device: Device, program: Program, roomId: string): void {
    const messages = program.room(roomId).messages()
    // Shown from before a restore until the device has the present rows: they compare with nothing.
    const isOld = this.world.watch.model(device, roomId)?.rows.fromOldEpoch
    const lists = this.#lists.get(program) ?? new Map<string, readonly ShownMessage[]>()
    if (lists.get(roomId) === messages && !isOld) return
    this.#lists.set(program, lists.set(roomId, messages))
    const known = this.#shown.get(program) ?? new Map<string, Glimpse>()
    const histories = this.world.truth.histories.length
    const next = new Map([...known].filter(([key]) => !key.startsWith(`${roomId} `)))
    for (const message of messages) {
      if (message.stream === undefined || isChanged(message)) continue
      if (!this.#isProduced(message))
        this.#violate(`${device.name} shows of ${message.clientId} what none of its producers had`)
      const key = `${roomId} ${message.id}`
      const before = known.get(key)
      if (!isOld) next.set(key, { message, histories })
      if (before === undefined || before.histories !== histories) continue
      const isSameRun =
        isGrowing(message) && isGrowing(before.message) && runOf(message) === runOf(before.message)
      if (
        isSameRun &&
        !this.#mayShrink(program, message) &&
        message.content.length < before.message.content.length
      )
        this.#violate(`${device.name} shows less of ${message.clientId} than before`)
    }
    this.#shown.set(program, next)
  }

  /** Its own producer may have been refused, or replaced by another: then the server's row is shown. */
  #mayShrink(program: Program, { clientId, seq }: ShownMessage): boolean {
    const own = this.#all.filter((one) => one.program === program && one.clientId === clientId)
    return own.length > (seq > 0 ? 0 : 1)
  }

  /** Its promise says that it has finished: with all of its text. */
  #checkDone(production: Production, message: ShownMessage): void {
    if (message.stream?.state !== 'finished' || isChanged(message)) return
    const { clientId } = production
    // Another producer of the same text may have been quicker, and have had more.
    const isWhole = this.#all.some((one) => one.clientId === clientId && whole(one.text) === message.content)
    if (!isWhole || (production.isAsked && !message.content.startsWith(whole(production.text))))
      this.#violate(`${clientId} has finished, and is not what was produced`)
    this.#finished.set(clientId, message.content)
  }

  /** What a source holds is released when nothing reads it any more. */
  #checkSource(source: Source, { clientId }: Production, program: Program): void {
    this.#sources.delete(source)
    if (program.phase !== 'dead' && source.isOpen) this.#violate(`the source of ${clientId} was not ended`)
  }

  /** Before a device knows whose it is, its own messages have no sender. */
  #isProduced({ senderId, clientId, content }: Message | ShownMessage): boolean {
    return this.#all.some(
      (production) =>
        production.clientId === clientId &&
        (production.user === senderId || senderId === '') &&
        production.text.startsWith(content),
    )
  }

  #rowOf({ user, roomId, clientId }: Pick<Production, 'user' | 'roomId' | 'clientId'>): Message | undefined {
    const room: TrueRoom | undefined = this.world.truth.present.rooms.get(roomId)
    const seq = room?.sends.get(`${user} ${clientId}`)
    return seq === undefined ? undefined : room?.rows[seq - 1]
  }

  #mayGiveUp(stream: SentStream, program: Program, random: Random): void {
    if (!random.chance(0.3)) return
    const way = random.pick(['cancel', 'interrupt'] as const)
    this.world.time.schedule(random.pick([0, random.range(0, 300), random.range(300, 6_000)]), way, () => {
      if (program.phase !== 'running') return
      // What has not left the device is dropped.
      if (way === 'cancel') this.ledger.withdrawn(stream.clientId)
      stream[way]()
    })
  }

  #newName(device: Device): string {
    return `${device.name}-stream${String(++this.#names).padStart(3, '0')}`
  }

  #violate(text: string): void {
    this.world.context.violations.push(`I30: ${text}`)
  }
}

/** Edited or deleted: its text is no producer's. */
const isChanged = ({ editedAt, deleted }: Message | ShownMessage): boolean => deleted || editedAt !== null

const isGrowing = ({ stream }: Message | ShownMessage): boolean =>
  stream?.state === 'streaming' || stream?.closing === true

const runOf = ({ stream }: Message | ShownMessage): number => stream?.run ?? 0

/** Without half a character at its end. */
const whole = (text: string): string => text.replace(/[\ud800-\udbff]$/, '')
