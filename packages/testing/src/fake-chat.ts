import {
  type Chat,
  type ChatState,
  createChat,
  type PresenceState,
  type Room,
  type RoomState,
  type ShownMessage,
} from '@roomful/client'
import { asUserId } from '@roomful/protocol'

/** State that a test writes by hand. It notifies once a `set`, in the same tick, as the client does once a batch. */
export class FakeSource<S extends object> {
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

/**
 * A room without a server: it shows what `set` was given, and records in `calls` what was called. A send never settles.
 */
export class FakeRoom extends FakeSource<RoomState> implements Room {
  readonly calls: unknown[][] = []
  /** What the next edit is answered with. */
  answerEdit: () => Promise<void> = async () => undefined
  answerOpen: () => Promise<void> = async () => undefined
  constructor(readonly id: string) {
    super(createChat({ url: 'fake:', storage: 'memory' }).room(id).getState())
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
  sendFile: Room['sendFile'] = (file, options) => {
    const sent = new Promise<ShownMessage>(() => undefined)
    return this.note(Object.assign(sent, { clientId: 'client-id' }), 'sendFile', file, options)
  }
  loadFile: Room['loadFile'] = (id) => this.note(Promise.resolve(new Blob([id])), 'loadFile', id)
  sendStream: Room['sendStream'] = (source) => {
    const done = new Promise<ShownMessage>(() => undefined)
    return this.note(
      { clientId: 'client-id', done, cancel: () => undefined, interrupt: () => undefined },
      'sendStream',
      source,
    )
  }
  cancelStream: Room['cancelStream'] = (id) => this.note(Promise.resolve(), 'cancelStream', id)
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
  jumpTo: Room['jumpTo'] = (place) => this.note(Promise.resolve(), 'jumpTo', place)
  markRead = (seq?: number) => this.note(undefined, 'markRead', seq)
  setTyping = (typing: boolean) => this.note(undefined, 'setTyping', typing)
  setDraft = (draft: string) => {
    this.note(undefined, 'setDraft', draft)
    this.set({ draft })
  }
  stream: Room['stream'] = async function* () {}
  history: Room['history'] = async function* () {}
  private note<T>(answer: T, ...call: unknown[]): T {
    this.calls.push(call)
    return answer
  }
}

/**
 * A chat without a server, for component tests and stories of one state: what is shown is what the test sets.
 *
 * @example
 * const chat = new FakeChat()
 * const room = chat.room('general')
 * room.set({ status: 'live', messages: makeShownMessages(1, 3) })
 * chat.set({ connection: { status: 'online', since: 0 } })
 * // … render with <ChatProvider chat={chat}>, click "Send"
 * room.callsOf('send') // one entry a call: its arguments
 */
export class FakeChat extends FakeSource<ChatState> implements Chat {
  readonly rooms = new Map<string, FakeRoom>()
  /** Each `request`: the event, and its payload. */
  readonly requests: unknown[][] = []
  connects = 0
  reconnects = 0
  /** What the next request is answered with. By default `count-unread` fails: lists then count what the test has set. */
  answer: (event: string, payload: object) => Promise<unknown> = async (event) => {
    if (event === 'count-unread') throw new Error('A FakeChat has no server that counts')
    return { ok: true, presence: [] }
  }
  constructor() {
    super({
      ...createChat({ url: 'fake:', storage: 'memory' }).getState(),
      storage: { status: 'ok' },
      user: { id: asUserId('me'), name: 'Me' },
    })
  }
  room = (id: string): FakeRoom => {
    const room = this.rooms.get(id) ?? new FakeRoom(id)
    this.rooms.set(id, room)
    return room
  }
  reconnect = () => {
    this.reconnects++
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
  listSentInvitations = async () => []
  withdrawInvitation = async () => undefined
  blockUser = async () => undefined
  unblockUser = async () => undefined
  listBlocked = async () => ({ blocked: [] })
  request: Chat['request'] = (...call) => {
    this.requests.push(call)
    return this.answer(call[0], call[1]) as never
  }
  /** Of a chat in which nothing happens. */
  inspect: Chat['inspect'] = (options) => createChat({ url: 'fake:', storage: 'memory' }).inspect(options)
  async [Symbol.asyncDispose](): Promise<void> {}
}
