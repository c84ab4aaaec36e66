import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Chat, Room, Sent } from '@roomful/client'
import { CliError, EXIT, report, toCliError } from '../failure'
import { aborted, type Io, interruptCode, write } from '../io'
import { messageIdOf } from '../message-id'
import { showProgress } from '../progress'
import type { RoomId } from '../room-id'
import { type ConnectOptions, withChat } from '../with-chat'

type SendFilesOptions = ConnectOptions & {
  readonly room: RoomId
  readonly files: readonly string[]
  /** Of the first; '' for none. */
  readonly caption: string
  readonly replyTo?: string
  readonly join?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

type Opened = { readonly path: string; readonly content: Blob }
type Outcome = { readonly path: string } & (
  | { readonly at: 'open' }
  | { readonly at: 'sent'; readonly id: string; readonly fileId: unknown }
  | { readonly at: 'refused'; readonly error: CliError }
)

/** Uploads the files, each as a message of its own, and waits until all are confirmed. Returns the exit code. */
export async function sendFiles(io: Io, options: SendFilesOptions): Promise<number> {
  // Before anything is sent: a mistyped path leaves no half of an album behind.
  const opened = await Promise.all(options.files.map(open))
  return withChat(io, options, (chat) => upload(io, options, chat, opened))
}

async function open(path: string): Promise<Opened> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CliError('FILE_NOT_FOUND', `there is no file ${path} to read`, undefined, EXIT.usage, { cause })
  })
  if (!found.isFile()) throw new CliError('FILE_NOT_FOUND', `${path} is no file`, undefined, EXIT.usage)
  return { path, content: await openAsBlob(path) }
}

async function upload(
  io: Io,
  options: SendFilesOptions,
  chat: Chat,
  opened: readonly Opened[],
): Promise<number> {
  const { signal } = io
  const room = options.join ? await chat.joinRoom(options.room, { signal }) : chat.room(options.room)
  const replyTo =
    options.replyTo === undefined
      ? undefined
      : await messageIdOf(chat, options.room, options.replyTo, { signal })
  const sent = opened.map(({ path, content }, i) =>
    room.sendFile(content, {
      name: basename(path),
      ...(i === 0 ? { content: options.caption } : {}),
      ...(replyTo === undefined ? {} : { replyTo }),
    }),
  )
  const stop = followUploads(io, options, room, sent, opened)
  const all = Promise.all(sent.map((one, i) => outcomeOf(one, options.files[i] ?? '')))
  const outcomes = await Promise.race([all, aborted(signal)])
  stop()
  if (!Array.isArray(outcomes)) return interruptCode(signal)
  return summary(io, options, outcomes)
}

const outcomeOf = (sent: Sent, path: string): Promise<Outcome> =>
  sent.then(
    ({ id, metadata }): Outcome => ({ at: 'sent', path, id, fileId: metadata?.fileId }),
    (error: unknown): Outcome => ({ at: 'refused', path, error: toCliError(error) }),
  )

/** Bytes that have left this machine, of all files together. Returns the function that ends it. */
function followUploads(
  io: Io,
  options: SendFilesOptions,
  room: Room,
  sent: readonly Sent[],
  opened: readonly Opened[],
): () => void {
  const progress = showProgress(io, { ...options, what: 'KB uploaded' })
  const total = opened.reduce((sum, { content }) => sum + content.size, 0)
  /** By clientId; one that has begun again does not go back. */
  const most = new Map<string, number>()
  let shown = 0
  const show = (): void => {
    const messages = new Map(room.messages().map((message) => [message.key, message]))
    for (const [i, { clientId }] of sent.entries()) {
      const { upload, status } = messages.get(clientId) ?? {}
      const size = opened[i]?.content.size ?? 0
      const bytes =
        upload?.state === 'uploading' ? upload.sentBytes : upload || status === 'failed' ? 0 : size
      most.set(clientId, Math.max(most.get(clientId) ?? 0, Math.min(bytes, size)))
    }
    const bytes = [...most.values()].reduce((sum, one) => sum + one, 0)
    progress.reached(total === 0 ? 1 : bytes / total)
    progress.add(Math.floor(bytes / 1_000) - shown)
    shown = Math.floor(bytes / 1_000)
  }
  const unsubscribe = room.subscribe(show)
  return () => {
    unsubscribe()
    progress.end()
  }
}

async function summary(io: Io, options: SendFilesOptions, outcomes: readonly Outcome[]): Promise<number> {
  const { room, json = false } = options
  const sent = outcomes.filter((one) => one.at === 'sent')
  const refused = outcomes.filter((one) => one.at === 'refused')
  for (const { path, error } of refused)
    report(io, new CliError(error.code, `${path}: ${error.message}`, error.advice), json)
  const files = sent.map(({ path, id, fileId }) => ({ path, id, fileId }))
  const counts = { room, sent: sent.length, refused: refused.length, files }
  const words = `${sent.length} ${sent.length === 1 ? 'file' : 'files'} sent to ${room}`
  const more = refused.length > 0 ? `, ${refused.length} refused` : ''
  await write(io.stdout, json ? `${JSON.stringify(counts)}\n` : `${words}${more}\n`)
  return refused.length > 0 ? EXIT.failed : EXIT.ok
}
