import { type Room, unstable_rangesOf as rangesOf, type ShownMessage } from '@roomful/client'
import { asRoomId, asUserId } from '@roomful/protocol'
import type { Device } from '../world/device'
import type { Random } from '../world/random'
import type { World } from '../world/world'
import type { Ledger } from './ledger'
import type { Productions } from './productions'
import type { Operation } from './schedule'

/** From two keyboards: one writes U+FE0F. */
const EMOJI = ['👍', '❤', '❤️', '🎉']

/** What an operation works with: its own random source, a device, and one of the rooms. */
type Scene = {
  readonly world: World
  readonly ledger: Ledger
  readonly random: Random
  readonly device: Device
  readonly room: Room
  readonly roomId: string
  readonly productions: Productions
  /** All users of the run. */
  readonly users: readonly string[]
}

type Operated = Pick<Scene, 'world' | 'ledger' | 'productions' | 'users' | 'random'>

/** Does one thing that a user may do, on a running device. */
export function operate(run: Operated, name: Operation): void {
  const { world, random } = run
  const awake = world.devices.filter((device) => device.isRunning && !device.isAsleep)
  if (awake.length === 0) return
  const device = random.pick(awake)
  const known = [...world.truth.present.rooms.keys()]
  if (known.length === 0) return
  // Mostly in the room on screen: in others it would only be refused.
  const open = [...device.opened]
  const roomId = open.length > 0 && random.chance(0.8) ? random.pick(open) : random.pick(known)
  operateIn({ ...run, device, roomId }, name)
}

/** The same on one device, in one room. */
export function operateIn(scene: Omit<Scene, 'room'>, name: Operation): void {
  const { world, device, roomId } = scene
  world.context.trace.note(() => `${device.name} does ${name} in ${roomId}`)
  ACTIONS[name]({ ...scene, room: device.room(roomId) })
}

const ACTIONS: Readonly<Record<Operation, (scene: Scene) => void>> = {
  send: (scene) => send(scene),
  burst: (scene) => {
    for (let i = scene.random.range(2, 9); i > 0; i--) send(scene)
  },
  reply: ({ room, random, ...scene }) => {
    const message = pickMessage(room, random)
    if (message === undefined) return
    scene.ledger.send(scene.device, room, { content: text({ random, ...scene }), replyTo: message.id })
  },
  edit: (scene) => {
    const message = pickMessage(
      scene.room,
      scene.random,
      (row) => row.seq > 0 && row.type !== 'system' && isMine(row, scene.device) && !mayGrow(row),
    )
    if (message) edit(scene, message)
  },
  'edit-pending': (scene) => {
    const message = pickMessage(scene.room, scene.random, (row) => row.seq === 0)
    if (message) editPending(scene, message)
  },
  delete: (scene) => {
    const { room, random, device, ledger, roomId } = scene
    const message = pickMessage(
      room,
      random,
      (row) => row.seq > 0 && (isMine(row, device) || random.chance(0.1)),
    )
    if (message === undefined) return
    ledger.superseded(device, message.id)
    ledger.call(device, roomId, { kind: 'delete', messageId: message.id }, () => room.delete(message.id))
  },
  'delete-pending': ({ room, random, ledger }) => {
    const message = pickMessage(room, random, (row) => row.seq === 0)
    if (message === undefined) return
    ledger.withdrawn(message.key)
    room.delete(message.key).catch(() => {})
  },
  react: ({ room, random }) => {
    const message = pickMessage(room, random, (row) => row.seq > 0)
    const op = random.chance(0.7) ? 'add' : 'remove'
    if (message) room.react(message.id, random.pick(EMOJI), op).catch(() => {})
  },
  pin: ({ room, random }) => {
    const message = pickMessage(room, random, (row) => row.seq > 0 || random.chance(0.2))
    if (message) room.pin(message.id).catch(() => {})
  },
  // From the list too, where the message may not be loaded.
  unpin: ({ room, random }) => {
    const { pins } = room.getState()
    const pin = pins.length > 0 ? random.pick(pins) : undefined
    const messageId = pin?.messageId ?? pickMessage(room, random)?.id
    if (messageId !== undefined) room.unpin(messageId).catch(() => {})
  },
  read: ({ room, random }) => {
    const { lastSeq } = room.getState()
    if (random.chance(0.6)) room.markRead()
    else if (lastSeq > 0) room.markRead(random.range(1, lastSeq))
  },
  cancel: ({ room, random, ledger }) => {
    const message = pickMessage(room, random, (row) => row.seq === 0)
    if (message && room.cancel(message.key)) ledger.withdrawn(message.key)
  },
  retry: ({ room, random, ledger, device }) => {
    const message = pickMessage(room, random, (row) => row.status === 'failed')
    if (message === undefined) return
    room.retry(message.key)
    ledger.resend(device, message.key)
  },
  type: ({ room, random }) => room.setTyping(random.chance(0.7)),
  draft: ({ room, random }) => room.setDraft(`draft ${random.int(100)}`),
  open: ({ device, roomId }) => {
    if (!device.opened.has(roomId)) device.open(roomId).catch(() => {})
  },
  close: ({ device, roomId }) => {
    if (device.opened.has(roomId)) device.close(roomId)
  },
  older: ({ room, random }) => void room.loadOlder(random.range(1, 10)).catch(() => {}),
  newer: ({ room, random }) => void room.loadNewer(random.range(1, 10)).catch(() => {}),
  jump: ({ room, random }) => {
    const { lastSeq } = room.getState()
    if (lastSeq > 0) room.jumpTo(random.range(1, lastSeq)).catch(() => {})
  },
  stir: (scene) => stir(scene),
  join: ({ device, ledger, roomId }) =>
    ledger.call(device, roomId, { kind: 'add', userId: device.user }, () => device.chat.joinRoom(roomId)),
  leave: ({ device, ledger, roomId }) =>
    ledger.call(device, roomId, { kind: 'remove', userId: device.user }, () => device.chat.leaveRoom(roomId)),
  invite: (scene) => toOther(scene, 'add', 'add-member'),
  kick: (scene) => toOther(scene, 'remove', 'remove-member'),
  ban: (scene) => toOther(scene, 'remove', 'ban-member'),
  unban: (scene) => {
    const userId = asUserId(other(scene))
    scene.device.chat.request('unban-member', { roomId: asRoomId(scene.roomId), userId }).catch(() => {})
  },
  mute: (scene) => {
    const { world, random, device, roomId } = scene
    const until = random.chance(0.3)
      ? null
      : new Date(world.time.now + random.range(500, 8_000)).toISOString()
    const userId = asUserId(other(scene))
    device.chat.request('mute-member', { roomId: asRoomId(roomId), userId, until }).catch(() => {})
  },
  'set-role': (scene) => {
    const role = scene.random.pick(['admin', 'member'] as const)
    const userId = asUserId(other(scene))
    scene.device.chat.request('set-role', { roomId: asRoomId(scene.roomId), userId, role }).catch(() => {})
  },
  rename: ({ device, random, roomId }) => {
    const name = `room ${random.int(1_000)}`
    device.chat.request('update-room', { roomId: asRoomId(roomId), name }).catch(() => {})
  },
  create: (scene) => {
    const { device, random } = scene
    const members = random.chance(0.6) ? [other(scene)] : []
    const type = random.pick(['public', 'private'] as const)
    device.chat
      .createRoom({ name: `made ${random.int(1_000)}`, type, members })
      .then(({ id }) => openIfRunning(device, id))
      .catch(() => {})
  },
  dm: (scene) => {
    const { device } = scene
    device.chat
      .openDm([other(scene)])
      .then(({ id }) => openIfRunning(device, id))
      .catch(() => {})
  },
  'send-stream': ({ productions, ...scene }) => productions.start(scene),
  'continue-stream': ({ productions, ...scene }) => {
    const own = productions.continuable(scene.device, scene.roomId)
    if (own.length > 0) productions.start({ ...scene, earlier: scene.random.pick(own) })
  },
  'cancel-stream': ({ room, random }) => {
    const message = pickMessage(room, random, ({ stream }) => stream?.state === 'streaming')
    if (message) room.cancelStream(message.id).catch(() => {})
  },
  // One stays: a day without rooms has nothing to show.
  'delete-room': ({ world, random, roomId }) => {
    const up = world.nodes.filter((node) => node.isUp)
    if (up.length === 0 || world.truth.present.rooms.size < 2) return
    const { chatNode } = random.pick(up)
    chatNode.deleteRoom(asRoomId(roomId), asUserId('admin')).catch(() => {})
  },
  ephemeral: (scene) => {
    const { device, random } = scene
    device.chat
      .createRoom({ name: `passing ${random.int(1_000)}`, type: 'ephemeral', members: [other(scene)] })
      .then(
        ({ id }) => openIfRunning(device, id),
        () => {},
      )
  },
}

/** A user scrolls to a place where nothing is loaded, and rows change while they load. */
function stir({ world, random, device: fallback, roomId: anyRoom }: Scene): void {
  const holes = world.devices.flatMap((device) =>
    device.isRunning && !device.isAsleep
      ? [...world.watch.models(device)].flatMap((model) => {
          const first = model.view.opened ? (rangesOf(model.rows.timeline)[0]?.from ?? 1) : 1
          return first > model.rows.floorSeq
            ? [{ device, roomId: model.id, from: model.rows.floorSeq, to: first - 1 }]
            : []
        })
      : [],
  )
  const { device, roomId, from, to } =
    holes.length > 0 ? random.pick(holes) : { device: fallback, roomId: anyRoom, from: 1, to: 10 }
  const seq = random.range(from, to)
  device
    .room(roomId)
    .jumpTo(seq)
    .catch(() => {})
  const others = world.devices.filter((one) => one !== device && one.isRunning && !one.isAsleep)
  const rows = world.truth.present.rooms.get(roomId)?.rows.slice(Math.max(0, seq - 3), seq + 2) ?? []
  for (const row of rows) {
    if (others.length === 0 || random.chance(0.4)) continue
    const other = random.pick(others)
    const emoji = random.pick(EMOJI)
    const run = () =>
      void (
        other.isRunning &&
        other
          .room(roomId)
          .react(row.id, emoji, 'add')
          .catch(() => {})
      )
    world.time.schedule(random.range(0, 30), 'stir', run)
  }
}

function send(scene: Scene): void {
  void scene.ledger.send(scene.device, scene.room, { content: text(scene) })
}

function edit(scene: Scene, message: ShownMessage): void {
  const content = text(scene)
  const { ledger, device, roomId, room } = scene
  ledger.superseded(device, message.id)
  ledger.call(device, roomId, { kind: 'edit', messageId: message.id, content }, () =>
    room.edit(message.id, content),
  )
}

function editPending(scene: Scene, message: ShownMessage): void {
  const content = text(scene)
  const { ledger, device, roomId, room } = scene
  ledger.editsUnsent(device, roomId, { clientId: message.key, content }, () =>
    room.edit(message.key, content),
  )
}

/** Texts that differ, so that what is shown reveals its source. */
export const text = ({ device, random }: Pick<Scene, 'device' | 'random'>): string =>
  `${device.name} says ${random.int(1_000_000)}`

/** Another producer may continue it: then its text is the edit's and more, and neither is lost. */
const mayGrow = ({ stream }: ShownMessage): boolean =>
  stream !== undefined && stream.state !== 'finished' && stream.state !== 'cancelled'

const isMine = (row: ShownMessage, device: Device): boolean => row.senderId === device.user

/** A message on screen; the newest are the likeliest. */
function pickMessage(
  room: Room,
  random: Random,
  fits: (row: ShownMessage) => boolean = () => true,
): ShownMessage | undefined {
  const rows = room.messages().filter((row) => !row.deleted && fits(row))
  if (rows.length === 0) return undefined
  const fromEnd = Math.floor(rows.length * random.next() ** 2)
  return rows[rows.length - 1 - fromEnd]
}

function openIfRunning(device: Device, roomId: string): void {
  if (device.isRunning) device.open(roomId).catch(() => {})
}

const other = ({ users, device, random }: Scene): string =>
  random.pick(users.filter((user) => user !== device.user))

function toOther(
  scene: Scene,
  kind: 'add' | 'remove',
  event: 'add-member' | 'remove-member' | 'ban-member',
): void {
  const { device, ledger, roomId } = scene
  const userId = other(scene)
  ledger.call(device, roomId, { kind, userId }, () =>
    device.chat.request(event, { roomId: asRoomId(roomId), userId: asUserId(userId) }),
  )
}
