import type { SentKind } from './model/register'
import type { RoomState, ShownMessage } from './model/room-shape'
import type { WaitOptions } from './options'

/** How a file is sent: see `Room.sendFile`. */
export type FileOptions = WaitOptions & {
  /** The caption, and the text alternative of a picture; at most 8,000 code points. Default: none. */
  content?: string
  /** What the file is called; at most 255 characters. Default: the name of the `File`, if it is one. */
  name?: string
  /** Id, key or clientId of the message it answers. */
  replyTo?: string
}

/** How the bytes of a file are loaded: see `Room.loadFile`. */
export type LoadFileOptions = WaitOptions & {
  /** A thumbnail in WebP whose longest side has at most so many pixels. Default: the file itself. */
  size?: 160 | 480 | 1280
}

export type {
  MemberView,
  RoomState,
  RoomStatus,
  SendStatus,
  ShownMessage,
  TypingUser,
  UploadState,
} from './model/room-shape'

/**
 * A message to send. Without `type` it is a `text`, or a `reply` with `replyTo`. For `type` and `metadata` see `Register`.
 *
 * `metadata` is a small JSON object (4 KB, 64 keys, 8 levels). It is copied at the call, as plain JSON: of a Proxy (Vue,
 * MobX, immer) what it shows, of a Date its ISO time, without properties that are undefined. With anything else in it
 * (BigInt, a function, a class instance, NaN, a cycle) the message is `failed` with INVALID_PAYLOAD, and `error.field` is
 * the path, such as `metadata.order.n`.
 */
export type MessageDraftInput = SentKind & {
  /** 1 to 8,000 code points that are not all blank; no NUL. Never HTML. Empty for a picture or file without a caption. */
  content: string
  /** Id, key or clientId of the message it answers, which may itself be unsent. */
  replyTo?: string
}

/**
 * A send under way: a promise of the confirmed message, with the clientId at hand at once. It may be ignored: a
 * refusal shows as `failed` in the room and never raises an unhandled rejection. Offline it stays pending.
 */
export interface Sent extends Promise<ShownMessage> {
  readonly clientId: string
}

/**
 * Where a stream begins. `since` without `after`: after the newest message that was sent at or before that time.
 *
 * @example
 * // What a reader stores after each message, to continue there after a restart:
 * const place = { after: message.seq, since: message.createdAt, epoch: chat.getState().epoch ?? undefined }
 */
export type StreamPlace = {
  /** A seq; see `stream`. */
  after?: number | undefined
  /** An ISO time. INVALID_PAYLOAD if it is none. */
  since?: string | undefined
  /** `after` is a place in this history of the server (`ChatState.epoch`). In another one, `since` counts in its place. */
  epoch?: string | undefined
}

/**
 * What `sendStream` reads: pieces of text, or the parts of a stream of the AI SDK (`textStream`, `fullStream`,
 * `toUIMessageStream()`), of which those with text count.
 */
export type StreamSource = AsyncIterable<StreamPart> | Iterable<StreamPart> | ReadableParts
/** A piece of text, or a part with a `type`. */
export type StreamPart =
  | string
  | {
      readonly type: string
      readonly delta?: unknown
      readonly text?: unknown
      readonly errorText?: unknown
    }
/** A `ReadableStream`, also where it cannot be iterated. */
export type ReadableParts = {
  getReader(): {
    read(): Promise<{ done: boolean; value?: StreamPart | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}

/** How a message that grows is sent. For `type` and `metadata` see `Register`. */
export type SendStreamOptions = SentKind & {
  /** Id, key or clientId of the message it answers. Its sender may cancel the stream. */
  replyTo?: string
  /**
   * 8 to 64 of `A-Za-z0-9_-`. A stream with the clientId of an earlier one continues its message: after a restart of the
   * process, above all. What has ended stays as it is, and `done` resolves with it.
   */
  clientId?: string
  /** Cancels it. */
  signal?: AbortSignal
}

/** A message that is being written. */
export interface SentStream {
  readonly clientId: string
  /**
   * The message as it has ended: `stream.state` is `finished`, or `cancelled` by whom ever. May be ignored. Rejects with
   * what the source throws, and with the refusals of `send`; CONTENT_TOO_LONG at 8,000 code points, which stay;
   * STREAM_ENDED if another producer continues it; VERSION_CONFLICT if the source does not begin with the text that is
   * there. The message is `interrupted` then.
   */
  readonly done: Promise<ShownMessage>
  /** Ends it as it is. Before it has left the device the message is dropped, and `done` rejects with ABORTED. */
  cancel(): void
  /** Stops writing it: the message is `interrupted`, a later stream with its clientId continues it, `done` rejects (ABORTED). */
  interrupt(): void
}

/** Which messages `history` reads. */
export type HistoryOptions = {
  /** After this seq. Default 0: from the first. */
  after?: number | undefined
  /** Before this seq. Default: up to the newest there is when the loop begins. */
  before?: number | undefined
  /** `oldest` first, the default, or `newest` first. */
  order?: 'oldest' | 'newest' | undefined
  signal?: AbortSignal | undefined
}

/** One room: cheap to get, the same object each time for one id. */
export interface Room {
  readonly id: string
  /** All that an app shows of the room; the same object until something of it changed. */
  getState(): RoomState
  /**
   * Calls `listener` once a batch of changes, never for a no-op. Returns the function that stops it. See `Chat.subscribe`.
   *
   * @example
   * const stop = room.subscribe(() => render(room.messages()))
   */
  subscribe(listener: () => void): () => void
  /**
   * Calls `listener` when `selector`'s value changes (Object.is). See `Chat.select`.
   *
   * @example
   * const stop = room.select((state) => state.typing, (typing) => show(typing))
   */
  select<T>(selector: (state: RoomState) => T, listener: (value: T) => void): () => void
  /** Shorthand for `getState().messages`. */
  messages(): readonly ShownMessage[]
  /**
   * Subscribes, and loads the latest page; resolves when live, which offline takes until the connection is back.
   * Counted: each `open` wants a `close`, however it ends: a limit of `options` ends the wait, and the room stays open.
   * Rejects with ROOM_NOT_FOUND when it is not the user's to see (at once, when no room can have this id: the room is
   * `removed` from the first on, and a send in it `failed`), with ABORTED when the room or the chat is closed
   * meanwhile, and with the code that stopped the chat.
   *
   * @example
   * await room.open({ timeoutMs: 5_000 }).catch(() => render(room.messages()))
   */
  open(options?: WaitOptions): Promise<void>
  /** Lets the room go 2 s after the last `close`; its rows may leave memory when more than 20 rooms are closed. */
  close(): void
  /**
   * Shown before it returns, at the end, and the window moves there; sent in the order of the calls. Never throws:
   * content that the server would refuse, or a value that is not JSON, is `failed` at once, with its text. Rejects with
   * the refusal: INVALID_CONTENT, CONTENT_TOO_LONG, INVALID_PAYLOAD (see `metadata`), PAYLOAD_TOO_LARGE,
   * ROOM_NOT_FOUND, FORBIDDEN, MUTED, SLOW_MODE, ROOM_ARCHIVED, MESSAGE_NOT_FOUND (what it replies to is gone), EXPIRED
   * (see `maxUnsentAgeMs`); with ABORTED when it is cancelled or the chat is closed, with the code that stopped the
   * chat: then a stored message goes out the next time. An aborted signal cancels the message, unless it is too late,
   * and rejects with ABORTED; after `timeoutMs` it rejects with TIMEOUT, and the message stays in the outbox.
   *
   * @example
   * const giveUp = new AbortController()
   * const sent = room.send('on my way', { signal: giveUp.signal })
   */
  send(draft: string | MessageDraftInput, options?: WaitOptions): Sent
  /**
   * Sends a message that shows this file, as `image` or `file`. Shown before it returns, with `upload`; its bytes go to the
   * server first, three files at once, and by themselves again after every interruption; then the message is sent as any
   * other, once. Messages written after it do not wait for it. Several files are several messages.
   *
   * `retry`, `cancel`, `edit` (of the caption) and an aborted signal work as for `send`, also in the middle of an upload.
   * In browsers the bytes are kept beside the outbox, up to 25 MB a file and 50 MB in all, and the upload begins again after
   * a reload. What is not kept (larger files, in Node, on a full disk) is `failed` with FILE_LOST after a restart.
   *
   * Rejects as `send`, and with PAYLOAD_TOO_LARGE (`limit` in bytes), INVALID_CONTENT (a kind that the server does not
   * take, or an empty file), REFUSED (the app's own check, or a server without files), FILE_LOST, PROTOCOL_UNSUPPORTED
   * (protocol 1), INVALID_PAYLOAD (no Blob).
   *
   * @example
   * const file = new File(['a,b'], 'table.csv', { type: 'text/csv' })
   * const sent = room.sendFile(file, { content: 'The figures' })
   * room.subscribe(() => {
   *   const upload = room.messages().find(({ key }) => key === sent.clientId)?.upload
   *   if (upload?.state === 'uploading') show(upload.sentBytes / upload.totalBytes)
   * })
   */
  sendFile(file: Blob, options?: FileOptions): Sent
  /**
   * The bytes of the file that a message shows, by the id, key or clientId of the message; of an unsent one those on this
   * device. For an `<img>`, make an object URL of them: a picture's address asks for a token. Rejects with
   * MESSAGE_NOT_FOUND (no such message is loaded, or it shows no file of the server), REFUSED (the file is gone, or there
   * is no such thumbnail), FILE_LOST, OFFLINE, and by the limits of `options`.
   *
   * @example
   * for (const { id, type } of room.messages())
   *   if (type === 'image') show(URL.createObjectURL(await room.loadFile(id, { size: 480 })))
   */
  loadFile(idOrClientId: string, options?: LoadFileOptions): Promise<Blob>
  /**
   * Sends a message that grows while its source is read: everybody sees it grow, within 100 ms a step. The text is kept
   * once a second, and its end goes through the outbox. `stream` of the message says how it goes on. When its producer is
   * gone for 15 s it is `interrupted`; a stream with the same clientId continues it. A source that is a function is given
   * the text that is there ('' at first) and yields what follows; any other yields all of it again. The source is read no
   * faster than its text is kept. Never throws.
   *
   * @example
   * const answer = room.sendStream(['It ', 'grows'])
   * await answer.done
   */
  sendStream(
    source: StreamSource | ((soFar: string) => StreamSource),
    options?: SendStreamOptions,
  ): SentStream
  /**
   * Ends a growing message, of whichever device or process: its producer stops. For its sender, the sender of the message
   * that it answers, those who may delete it, and in a dm for both; others get FORBIDDEN. One that has ended stays as it
   * is. Rejects with OFFLINE when there is no answer.
   *
   * @example
   * const growing = room.messages().find((message) => message.stream?.state === 'streaming')
   * if (growing) await room.cancelStream(growing.id)
   */
  cancelStream(id: string, options?: WaitOptions): Promise<void>
  /**
   * Sends a failed message again, under the same clientId; also one that was held back as too old (EXPIRED). One whose
   * metadata was no JSON stays failed: without it, it would be another message.
   */
  retry(clientId: string): void
  /**
   * Drops a message that was not sent yet, or failed. Returns false if it is too late. An EXPIRED one that was in
   * flight when the connection broke may be at the server all the same: then it shows as sent once that is known.
   */
  cancel(clientId: string): boolean
  /**
   * Shown at once; an unsent message is sent as edited. Resolves when the server has it, or when a later edit takes its
   * place. A refusal is taken back on screen, shows as the message's `error`, and rejects: MESSAGE_NOT_FOUND, FORBIDDEN,
   * EDIT_WINDOW_CLOSED, ROOM_ARCHIVED, or the codes of `send` about content. A limit of `options` ends the wait, not the
   * edit; with a signal that is aborted already there is none.
   */
  edit(idOrClientId: string, content: string, options?: WaitOptions): Promise<void>
  /** As `edit`. An unsent message is dropped; of one that is there a tombstone stays. */
  delete(idOrClientId: string, options?: WaitOptions): Promise<void>
  /**
   * As `edit`. What is so already is no request. Emoji are compared without U+FE0F: ❤ and ❤️ are one reaction. Rejects with
   * LIMIT_EXCEEDED at 50 different emoji on one message, with INVALID_PAYLOAD for what is neither one emoji nor a `:name:`
   * that the server knows.
   */
  react(idOrClientId: string, emoji: string, op: 'add' | 'remove', options?: WaitOptions): Promise<void>
  /**
   * As `edit`. Pins the message for everybody in the room: it is in `getState().pins`, and has `pinned`. What is so already
   * is no request. Rejects with FORBIDDEN where the user does not moderate the room (in a dm both may), with LIMIT_EXCEEDED
   * at 50 pins, with ROOM_ARCHIVED.
   *
   * @example
   * const room = await chat.openDm(['ben'])
   * const { id } = await room.send('We meet at nine')
   * await room.pin(id)
   */
  pin(idOrClientId: string, options?: WaitOptions): Promise<void>
  /** Takes the pin away; as `pin`. A message that is deleted loses its pin by itself. */
  unpin(idOrClientId: string, options?: WaitOptions): Promise<void>
  /**
   * Loads up to `count` messages (50; at most 200) before those shown. Of `loadOlder`, `loadNewer`, `jumpTo` and `send` the
   * latest call decides where the window goes: a call before it that is still under way resolves, and moves nothing. While
   * a jump is under way `loadOlder` and `loadNewer` load nothing, and resolve with it.
   *
   * Resolves when they are there, or there are none, or another place is wanted meanwhile, or the room is closed. Rejects
   * with the refusal; with ABORTED in a room that is not open, with ROOM_NOT_FOUND in one that is removed, with
   * INVALID_PAYLOAD when `count` is not a number. A limit of `options` ends the wait, not the load.
   */
  loadOlder(count?: number, options?: WaitOptions): Promise<void>
  /** The same after the shown ones: after a jump back. */
  loadNewer(count?: number, options?: WaitOptions): Promise<void>
  /**
   * Loads up to `count` more members (100, which is the most): in rooms of more than 200 the others do not come by
   * themselves. Resolves when they are there, or there are no more, or the room is closed meanwhile; rejects as
   * `loadOlder`.
   *
   * @example
   * while (room.getState().hasMoreMembers) await room.loadMembers()
   */
  loadMembers(count?: number, options?: WaitOptions): Promise<void>
  /**
   * Shows the messages around this place, loading them where they are not held, and sends lists on screen there
   * (`getState().jump`). A seq: from the newest on it is the end again; `Infinity` is the end in any case, 0 and below the
   * first message. An id: of a message, loaded or not, such as one that a link or a quote names. A `Date`: the first message
   * of that time or later. Resolves and rejects as `loadOlder`, and with HISTORY_TRUNCATED when the place was purged, with
   * MESSAGE_NOT_FOUND for an id of which the user may see nothing.
   *
   * @example
   * await room.jumpTo(message.seq)
   * await room.jumpTo(message.id)
   * await room.jumpTo(new Date(message.createdAt))
   * await room.jumpTo(Infinity) // back to the end
   */
  jumpTo(place: number | string | Date, options?: WaitOptions): Promise<void>
  /**
   * Moves the read cursor forward, to the newest message when no seq is named; debounced on the wire (500 ms). Moves the
   * window only where it shows the newest already: then it follows new messages.
   */
  markRead(seq?: number): void
  /** Throttled out, at most one signal in 2.5 s; stops by itself at the receiver. Never queued: offline it is dropped. */
  setTyping(typing: boolean): void
  /** Text not sent yet: kept over reloads where storage works, the same in all tabs. */
  setDraft(text: string): void
  /**
   * Each message once, in order, gaps filled; messages deleted or purged before their turn are left out. Starts after
   * `after` (a seq; 0: with the first message; past the newest: as if it were the newest), or with the next new
   * message. Nothing is loaded ahead of the consumer; each loop over the same stream reads for itself.
   *
   * It ends at once with the signal and when the loop is left, even during a wait. It throws ROOM_NOT_FOUND when the
   * room is removed, ABORTED when the chat is closed, the code that stopped the chat, a refusal that no retry changes,
   * and INVALID_PAYLOAD when `after` is not a number. After temporary refusals it retries ever more rarely, and no
   * sooner than the server allows.
   *
   * When the server's database is restored from a backup, it continues with the messages sent since then (by their
   * times), although they have numbers that other messages had before. A reader that stores its place over restarts gets
   * the same: it passes `epoch` and `since` as well (see `StreamPlace`).
   *
   * @example
   * for await (const message of room.stream({ after: 0 })) show(message.content)
   */
  stream(options?: StreamPlace & { signal?: AbortSignal }): AsyncIterable<ShownMessage>
  /**
   * The messages that are there, once each, to an end; deleted and purged ones are left out. The room need not be open, and
   * the window stays. A page (100) at a time, when the loop has come to it, so that a slow consumer holds no more.
   *
   * It ends at once with the signal and when the loop is left. While there is no connection it waits, and after temporary
   * refusals it tries again ever more rarely. It throws a refusal that no retry changes (ROOM_NOT_FOUND), ABORTED when the
   * chat is closed, the code that stopped the chat, and INVALID_PAYLOAD for a seq that is not a number.
   *
   * @example
   * for await (const message of room.history({ order: 'newest' })) {
   *   if (message.createdAt < '2026-01-01') break
   *   show(message.content)
   * }
   */
  history(options?: HistoryOptions): AsyncIterable<ShownMessage>
}
