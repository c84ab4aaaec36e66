import type { Chat, ChatState, PresenceState, Room, RoomState, ShownMessage } from '@roomful/client'
import { IDLE_CHAT, IDLE_ROOM } from './idle'

/** State that a test writes by hand. It notifies once a `set`, in the same tick, as the client does once a batch. */
class FakeSource<S extends object> {
  readonly listeners = new Set<() => void>()
  constructor(private state: S) {}
  getState = (): S => this.state
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  select = <T>(selector: (state: S) => T, listener: (value: T) => void): (() => void) => {
    let before = selector(this.state)
    return this.subscribe(() => {
      const now = selector(this.state)
      if (Object.is(before, now)) return
      before = now
      listener(now)
    })
  }
  set(part: Partial<S>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}

/** A room without a server: what was asked of it is in `calls`. */
class FakeRoom extends FakeSource<RoomState> implements Room {
  readonly calls: unknown[][] = []
  /** What the next edit is answered with. */
  answerEdit: () => Promise<void> = async () => undefined
  answerOpen: () => Promise<void> = async () => undefined
  constructor(readonly id: string) {
    super({ ...IDLE_ROOM, id })
  }
  callsOf(method: string): unknown[][] {
    return this.calls.filter(([name]) => name === method).map(([, ...args]) => args)
  }
  messages = (): readonly ShownMessage[] => this.getState().messages
  open = () => this.note(this.answerOpen(), 'open')
  close = () => this.note(undefined, 'close')
  send: Room['send'] = (draft) => {
    const sent = new Promise<ShownMessage>(() => undefined)
    return this.note(Object.assign(sent, { clientId: 'client-id' }), 'send', draft)
  }
  retry = (clientId: string) => this.note(undefined, 'retry', clientId)
  cancel = (clientId: string) => this.note(true, 'cancel', clientId)
  edit = (id: string, content: string) => this.note(this.answerEdit(), 'edit', id, content)
  delete = (id: string) => this.note(Promise.resolve(), 'delete', id)
  react: Room['react'] = (...args) => this.note(Promise.resolve(), 'react', ...args)
  pin: Room['pin'] = (id) => this.note(Promise.resolve(), 'pin', id)
  unpin: Room['unpin'] = (id) => this.note(Promise.resolve(), 'unpin', id)
  loadOlder = () => this.note(Promise.resolve(), 'loadOlder')
  loadNewer = () => this.note(Promise.resolve(), 'loadNewer')
  loadMembers = () => this.note(Promise.resolve(), 'loadMembers')
  jumpTo = (seq: number) => this.note(Promise.resolve(), 'jumpTo', seq)
  markRead = (seq?: number) => this.note(undefined, 'markRead', seq)
  setTyping = (typing: boolean) => this.note(undefined, 'setTyping', typing)
  setDraft = (draft: string) => {
    this.note(undefined, 'setDraft', draft)
    this.set({ draft })
  }
  stream: Room['stream'] = async function* () {}
  private note<T>(answer: T, ...call: unknown[]): T {
    this.calls.push(call)
    return answer
  }
}

export class FakeChat extends FakeSource<ChatState> implements Chat {
  readonly rooms = new Map<string, FakeRoom>()
  readonly requests: unknown[][] = []
  connects = 0
  /** What the next request is answered with. */
  answer: () => Promise<unknown> = async () => ({ ok: true, presence: [] })
  constructor() {
    super({ ...IDLE_CHAT, user: { id: 'me', name: 'Me' } as ChatState['user'] })
  }
  room = (id: string): FakeRoom => {
    const room = this.rooms.get(id) ?? new FakeRoom(id)
    this.rooms.set(id, room)
    return room
  }
  connect = async () => {
    this.connects++
  }
  flush = async () => undefined
  close = async () => ({ unsent: 0 })
  signOut = async () => undefined
  readonly watches = new Map<string, FakeSource<PresenceState>>()
  presence = (userIds: readonly string[]): FakeSource<PresenceState> => {
    const key = userIds.join()
    const watch = this.watches.get(key) ?? new FakeSource<PresenceState>({ users: new Map(), error: null })
    this.watches.set(key, watch)
    return watch
  }
  setPresence = async () => undefined
  createRoom = async () => this.room('created')
  openDm = async () => this.room('dm')
  listRooms = async () => ({ rooms: [] })
  joinRoom = async (id: string) => this.room(id)
  leaveRoom = async () => undefined
  hideDm = async () => undefined
  acceptInvitation = async (id: string) => this.room(id)
  declineInvitation = async () => undefined
  blockUser = async () => undefined
  unblockUser = async () => undefined
  listBlocked = async () => ({ blocked: [] })
  request: Chat['request'] = (...call) => {
    this.requests.push(call)
    return this.answer() as never
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A confirmed message of another user. */
export function message(seq: number, part: Partial<ShownMessage> = {}): ShownMessage {
  return {
    key: `key-${seq}`,
    status: 'sent',
    id: `id-${seq}`,
    seq,
    rev: seq,
    roomId: 'room',
    senderId: 'anna',
    senderName: 'Anna',
    type: 'text',
    content: `message ${seq}`,
    replyTo: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    editedAt: null,
    deleted: false,
    reactions: [],
    ...part,
  } as ShownMessage
}

export function messagesUpTo(seq: number, from = 1): ShownMessage[] {
  return Array.from({ length: seq - from + 1 }, (_, i) => message(from + i))
}
