import type { MessageDraftInput } from '@roomful/client'
import { asRoomId } from '@roomful/protocol'
import type { Device } from '../../world/device'
import type { Program } from '../../world/program'
import type { Random } from '../../world/random'
import type { World } from '../../world/world'
import { kill, startAgain } from '../disasters'
import type { Ledger } from '../ledger'
import { text } from '../operations'
import { jsonOf, oddValue } from './odd-values'
import type { AppDeed } from './profile'

type Scene = { readonly world: World; readonly ledger: Ledger; readonly random: Random }

const DAY_MS = 86_400_000
/** An app that closes waits no longer than this before its next program begins. */
const CLOSE_WAIT_MS = 10_000

/** Lets the app of one device do what no app should. */
export function misbehave(scene: Scene, name: AppDeed): void {
  const { world, random } = scene
  const running = world.devices.filter((device) => device.isRunning && !device.isAsleep)
  if (running.length === 0) return
  const device = random.pick(running)
  world.context.trace.note(() => `the app of ${device.name}: ${name}`)
  DEEDS[name](scene, device)
}

const DEEDS: Readonly<Record<AppDeed, (scene: Scene, device: Device) => void>> = {
  'odd-metadata': (scene, device) => sendOdd(scene, device, oddValue(scene.random)),
  'changed-metadata': (scene, device) => {
    const metadata: Record<string, unknown> = { n: 1, order: { list: [1, 2] } }
    sendOdd(scene, device, metadata)
    metadata.n = 2
    metadata.order = oddValue(scene.random)
  },
  'ignored-promises': ({ world, random }, device) => ignoreAll(world, random, device),
  'close-chat': closeChat,
  'sign-out-here': signOut,
  'clock-far': ({ world, random }, device) => {
    const ms = random.pick([2_000, 60_000, DAY_MS, 90 * DAY_MS, 400 * DAY_MS, 4_000 * DAY_MS])
    const skewMs = random.chance(0.5) ? ms : -ms
    for (const tab of world.tabsOf(device)) tab.setSkew(device.skewMs + skewMs)
  },
  stream: readStream,
  'first-request': firstRequest,
  abort: callWithLimit,
  'odd-arguments': callOddly,
  flush: ({ random }, { chat }) => {
    chat.flush(random.chance(0.5) ? {} : { timeoutMs: random.range(0, 5_000) }).catch(() => {})
  },
}

/** I25: the metadata is refused alone, or arrives as it was at the call. */
function sendOdd({ world, ledger, random }: Scene, device: Device, metadata: unknown): void {
  const { violations } = world.context
  const roomId = random.pick([...device.opened, 'general'])
  const json = jsonOf(metadata)
  const draft: MessageDraftInput = { content: text({ device, random }) }
  Reflect.set(draft, 'metadata', metadata)
  try {
    ledger.send(device, device.room(roomId), draft).then(
      (message) => {
        const found = JSON.stringify(message.metadata)
        // Deleted before the answer came: a tombstone has none.
        if (found !== json && !message.deleted)
          violations.push(`I25: ${device.name} sent ${json}, and ${found} arrived`)
      },
      () => {},
    )
  } catch (error) {
    violations.push(`I25: send throws ${error} — ${device.name}`)
  }
}

/** P10: a promise that the app ignores raises nothing. */
function ignoreAll({ truth }: World, random: Random, device: Device): void {
  const room = device.program?.chat.room(random.pick([...truth.present.rooms.keys(), 'none']))
  if (room === undefined) return
  const calls: readonly (() => unknown)[] = [
    () => device.chat.connect(),
    () => device.chat.reconnect(),
    () =>
      room
        .open()
        .finally(() => room.close())
        .catch(() => {}),
    () => room.edit('none', 'text'),
    () => room.edit('none', ''),
    () => room.delete('none'),
    () => room.react('none', '👍', 'add'),
    () => room.loadOlder(3),
    () => room.loadNewer(3),
    () => room.jumpTo(1),
    () => device.chat.setPresence('away'),
  ]
  for (let i = random.range(1, 4); i > 0; i--) random.pick(calls)()
}

/** The chat is closed in the middle of other work, used on, and started anew. */
export function closeChat(scene: Scene, device: Device): void {
  if (!device.isRunning) return
  const { random, world } = scene
  const { program } = device
  const limits = random.chance(0.4) ? { flush: true, timeoutMs: random.range(0, 8_000) } : {}
  device.end((chat) => chat.close(limits))
  if (random.chance(0.3)) callClosed(scene, device)
  const waits = random.chance(0.7)
  const again = (): void => {
    if (device.program === program) startAgain(scene, device)
  }
  const since = world.time.now
  const look = (): void => {
    if (device.program !== program) return
    const isOver = device.isClosed || world.time.now - since > CLOSE_WAIT_MS
    if (!isOver) return void world.time.schedule(200, 'waits for close', look)
    if (device.isClosed && random.chance(0.5)) callClosed(scene, device)
    world.time.schedule(random.range(0, 3_000), 'begins anew', again)
  }
  world.time.schedule(random.range(1, 300), 'after close', waits ? look : again)
}

/** I22 I23: a call on a closed chat settles at once, and starts nothing. */
function callClosed({ random, world, ledger }: Scene, device: Device): void {
  const { program } = device
  if (program === undefined) return
  const { chat } = program
  const room = program.room(random.pick([...device.opened, 'general']))
  const calls: readonly (() => Promise<unknown>)[] = [
    () => chat.connect(),
    () => room.open(),
    () => ledger.send(device, room, { content: text({ device, random }) }),
    () => room.edit('none', 'after close'),
    () => room.loadOlder(),
    () => room.jumpTo(1),
    () => chat.listRooms(),
    () => chat.request('mark-read', { roomId: asRoomId('general'), seq: 1 }),
    () => chat.close(),
  ]
  for (let i = random.range(1, 4); i > 0; i--)
    random
      .pick(calls)()
      .catch(() => {})
  world.time.schedule(1, 'used closed', () => program.checkClosed())
}

/** The login session ends here, and in the other tabs of its browser; its user comes back. */
export function signOut(scene: Scene, device: Device): void {
  if (!device.isRunning) return
  const { world, ledger, random } = scene
  const { program } = device
  const tabs = world.tabsOf(device)
  for (const tab of tabs) ledger.signedOut(tab)
  device.end((chat) => chat.signOut())
  const since = world.time.now
  const look = (): void => {
    if (device.isClosing && device.program === program && world.time.now - since < CLOSE_WAIT_MS)
      return void world.time.schedule(500, 'waits for the sign-out', look)
    device.newSession()
    for (const tab of tabs) {
      kill(scene, tab)
      ledger.signsInAnew(tab)
      tab.start()
    }
  }
  world.time.schedule(random.range(500, 4_000), 'after the sign-out', look)
}

/** A loop over the room's messages that ends in one of the ways in which a loop can end. */
function readStream({ world, random }: Scene, device: Device): void {
  const { program } = device
  if (program === undefined) return
  const roomId = random.pick([...device.opened, 'general'])
  const controller = new AbortController()
  const { signal } = controller
  const after = random.chance(0.6) ? { after: random.int(10) } : {}
  const iterator = program
    .room(roomId)
    .stream({ ...after, signal })
    [Symbol.asyncIterator]()
  const name = `the stream of ${roomId}`
  // A place past the newest counts as the newest; after a restore, which a client notices late, numbers repeat.
  let last = 0
  let restores = 0
  const given = new Set<string>()
  const loop = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await iterator.next()
      if (done) return
      const isBack = value.seq <= last && ++restores >= world.truth.histories.length
      if (isBack || given.has(value.id))
        world.context.violations.push(`I8: ${name} has ${value.seq} after ${last} — ${device.name}`)
      last = value.seq
      given.add(value.id)
    }
  }
  const reading = loop()
  program.calls.untilClosed(name, reading)
  const leave = random.pick(['abort', 'return', 'close'] as const)
  if (leave === 'close') return
  world.time.schedule(random.range(0, 8_000), `${device.name} leaves ${name}`, () => {
    if (device.program !== program || device.isAsleep) return
    if (leave === 'abort') controller.abort()
    else void iterator.return?.().catch(() => {})
    world.time.schedule(1, 'has left', () => endedBy(program, world, reading, `${name} after ${leave}`))
  })
}

/** Methods that return a promise, and those that return nothing, by owner. */
const ASKING = {
  chat: ['createRoom', 'openDm', 'listRooms', 'joinRoom', 'leaveRoom', 'setPresence'],
  room: ['edit', 'delete', 'react', 'loadOlder', 'loadNewer', 'jumpTo'],
} as const
const DOING = ['markRead', 'setTyping', 'setDraft', 'cancel', 'retry'] as const

/** I25: invalid arguments are refused by a rejection, and change nothing else. */
function callOddly({ world, random }: Scene, device: Device): void {
  const { program } = device
  if (program === undefined) return
  const room = program.room(random.pick([...device.opened, 'general']))
  const args = [oddValue(random), oddValue(random)]
  const [target, name] = random.chance(0.3)
    ? [program.chat, random.pick(ASKING.chat)]
    : [room, random.pick([...ASKING.room, ...DOING])]
  try {
    const result: unknown = Reflect.apply(Reflect.get(target, name), undefined, args)
    if (result instanceof Promise) result.catch(() => {})
  } catch (error) {
    // A method without a result has no other way to refuse.
    if (!DOING.some((one) => one === name))
      world.context.violations.push(`I25: ${name} throws ${error} — ${device.name}`)
  }
}

/** A call that its app aborts: before it, at once, or some time after; by a signal, or by a time limit. */
function callWithLimit(scene: Scene, device: Device): void {
  const { world, ledger, random } = scene
  const { program } = device
  if (program === undefined) return
  const { chat } = program
  const room = program.room(random.pick([...device.opened, 'general']))
  const controller = new AbortController()
  const ms = random.pick([0, 1, random.range(2, 100), random.range(100, 4_000)])
  const isTimed = random.chance(0.3)
  if (!isTimed && random.chance(0.15)) controller.abort()
  const limit = isTimed ? { timeoutMs: ms } : { signal: controller.signal }
  const [old] = room.messages().filter(({ seq }) => seq > 0)
  const calls: readonly (() => Promise<unknown>)[] = [
    () => {
      const sent = ledger.send(device, room, { content: text({ device, random }) }, limit)
      // The send is cancelled if it is not too late.
      if (!isTimed) ledger.withdrawn(sent.clientId)
      return sent
    },
    () => chat.connect(limit),
    () => chat.flush(limit),
    () => room.open(limit).finally(() => room.close()),
    () => room.react(old?.id ?? 'none', '👍', 'add', limit),
    () => room.loadOlder(5, limit),
    () => room.jumpTo(1, limit),
    () => chat.listRooms({}, limit),
    () => chat.request('list-rooms', {}, limit),
  ]
  const promise = random.pick(calls)()
  promise.catch(() => {})
  if (isTimed) program.calls.limited(promise, ms)
  world.time.schedule(ms, `${device.name} gives up`, () => {
    controller.abort()
    world.time.schedule(1, 'has given up', () => {
      if (!device.isAsleep && device.program === program)
        endedBy(program, world, promise, `a call of ${device.name} that was given up`)
    })
  })
}

/** I22: it has settled by now. */
function endedBy(program: Program, { context }: World, promise: Promise<unknown>, what: string): void {
  if (program.phase !== 'dead' && program.calls.isOpen(promise))
    context.violations.push(`I22: ${what} has not ended`)
}

/** A program whose first call is a request, while no server may answer. */
function firstRequest(scene: Scene, device: Device): void {
  const { world, ledger, random } = scene
  kill(scene, device)
  const isOffline = random.chance(0.6)
  if (isOffline) {
    device.isOnline = false
    world.time.schedule(random.range(1_000, 15_000), 'online', () => {
      device.isOnline = true
    })
  }
  const known = [...world.truth.present.rooms.keys()]
  const roomId = known.length > 0 ? random.pick(known) : 'general'
  device.start(({ chat }) => {
    const { user } = device
    const calls: readonly (() => void)[] = [
      () => void chat.listRooms().catch(() => {}),
      () => ledger.call(device, roomId, { kind: 'add', userId: user }, () => chat.joinRoom(roomId)),
      () => void chat.request('list-rooms', {}).catch(() => {}),
    ]
    random.pick(calls)()
  })
}
