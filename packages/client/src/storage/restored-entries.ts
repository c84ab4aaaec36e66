import { asClientId, asMessageId, isErrorCode, plainMetadata } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import type { Entry, PendingFile, SendEntry, Target, Wanted, WriteEntry } from '../model/outbox/entry'
import type { StoredEntry } from './local-copy'

type Fields = Readonly<Record<string, unknown>>
/** What all kinds have, read already. */
type Base = Pick<Entry, 'id' | 'order' | 'state' | 'attempts' | 'mayHaveBeenEmitted'>
/** Null: damaged, and of a kind that is not shown by itself. */
type Reader<K extends Entry['kind']> = (
  fields: Fields,
  base: Base,
  now: number,
) => Extract<Entry, { kind: K }> | null

const READERS: { readonly [K in Entry['kind']]: Reader<K> } = {
  send: readSend,
  edit: ({ content, target }, base) => {
    const about = targetOf(target)
    return about && typeof content === 'string' ? { ...base, kind: 'edit', target: about, content } : null
  },
  delete: ({ target }, base) => {
    const about = targetOf(target)
    return about && { ...base, kind: 'delete', target: about }
  },
  react: ({ target, emoji, op }, base) => {
    const about = targetOf(target)
    const isSound = about !== null && typeof emoji === 'string' && (op === 'add' || op === 'remove')
    return isSound ? { ...base, kind: 'react', target: about, emoji, op } : null
  },
  pin: ({ target, op, at }, base) => {
    const about = targetOf(target)
    const isSound = about !== null && typeof at === 'string' && (op === 'add' || op === 'remove')
    return isSound ? { ...base, kind: 'pin', target: about, op, at } : null
  },
  'write-stream': ({ target, run, content, end }, base) => {
    const about = targetOf(target)
    const isSound = about !== null && typeof run === 'number' && typeof content === 'string' && isEnd(end)
    return isSound ? { ...base, kind: 'write-stream', target: about, run, content, end } : null
  },
  read: ({ seq, dueAt }, base) =>
    typeof seq === 'number' ? { ...base, kind: 'read', seq, dueAt: numberIn(dueAt) ?? 0 } : null,
}

/**
 * An entry of the outbox as it is on the disk: of an older version, or damaged. It is rebuilt from what can be sent and
 * stored, so that it cannot block any other. Null for an entry of another version, or one that cannot be shown: it
 * stays where it is.
 */
export function fromStored({ clientId, order, data }: StoredEntry, now: number): Entry | null {
  if (!isRecord(data) || data.id !== clientId || !isKind(data.kind)) return null
  const base: Base = {
    id: asClientId(clientId),
    order,
    state: stateOf(data.state),
    attempts: numberIn(data.attempts) ?? 0,
    // Unless it is recorded otherwise, it may have been emitted.
    mayHaveBeenEmitted: data.maybe !== false,
  }
  return READERS[data.kind](data, base, now)
}

/** What of a message is no JSON makes it `failed`, and is left out: shown, and kept by any disk. */
function readSend(fields: Fields, base: Base, now: number): SendEntry {
  const { content, type, replyTo, metadata, stream, createdAt, incomplete, upload } = fields
  const file = upload === undefined ? undefined : fileOf(upload)
  const subject = replyTo === null ? null : targetOf(replyTo)
  const plain = metadata === undefined ? undefined : plainMetadata(metadata)
  const damaged =
    (typeof content !== 'string' && 'content') ||
    (type !== undefined && typeof type !== 'string' && 'type') ||
    (replyTo !== null && subject === null && 'replyTo') ||
    (plain?.ok === false && plain.field) ||
    (file === null && 'upload')
  return {
    ...base,
    kind: 'send',
    content: typeof content === 'string' ? content : '',
    ...(typeof type === 'string' && { type }),
    replyTo: subject,
    ...(plain?.ok && { metadata: plain.value }),
    ...(file && { upload: file }),
    ...(stream === true && { stream }),
    createdAt: typeof createdAt === 'string' ? createdAt : new Date(0).toISOString(),
    ...wantedOf(fields, base.order, now),
    ...((damaged || incomplete === true) && { incomplete: true }),
    ...(damaged && { state: { at: 'failed', error: unusableError(damaged) } }),
  }
}

const unusableError = (field: string): ChatError =>
  new ChatError('INVALID_PAYLOAD', `${field} was kept in a form that cannot be sent`, { field })

function fileOf(value: unknown): PendingFile | null {
  const { size, kind } = isRecord(value) ? value : {}
  return typeof size === 'number' && typeof kind === 'string' ? { size, kind } : null
}

function targetOf(value: unknown): Target | null {
  if (!isRecord(value)) return null
  if (typeof value.id === 'string') return { id: asMessageId(value.id) }
  if (typeof value.clientId === 'string') return { clientId: asClientId(value.clientId) }
  return value.lost === true ? { lost: true } : null
}

/**
 * The age of a send after a restart. This run continues from the stored age. The server's clock shows how long it was
 * on the disk, once it is known; if it was not known at the time, the device's clock replaces it. The previous version
 * stored only when it was wanted, by the device's clock.
 */
function wantedOf({ age, savedAt, serverAt, wantedAt }: Fields, order: number, now: number): Wanted {
  const isAged = typeof age === 'number' && typeof savedAt === 'number'
  const since = isAged ? savedAt - age : typeof wantedAt === 'number' ? wantedAt : order
  return {
    wantedAt: isAged ? now - Math.max(0, age) : now,
    serverAt: typeof serverAt === 'number' ? serverAt : since,
  }
}

/** Work in progress has to be done again. */
const stateOf = (value: unknown): Entry['state'] =>
  isRecord(value) && value.at === 'failed' ? { at: 'failed', error: errorFrom(value.error) } : { at: 'ready' }

function errorFrom(value: unknown): ChatError {
  const { code, message, retryAfterMs, field, limit, reason, requestId } = isRecord(value) ? value : {}
  return new ChatError(
    typeof code === 'string' && isErrorCode(code) ? code : 'INTERNAL',
    typeof message === 'string' ? message : 'The send was refused',
    {
      retry: 'never',
      ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
      ...(typeof field === 'string' && { field }),
      ...(typeof limit === 'number' && { limit }),
      ...(typeof reason === 'string' && { reason }),
      ...(typeof requestId === 'string' && { requestId }),
    },
  )
}

const isEnd = (end: unknown): end is WriteEntry['end'] =>
  end === 'finished' || end === 'cancelled' || end === 'interrupted'

const isKind = (kind: unknown): kind is Entry['kind'] =>
  typeof kind === 'string' && Object.hasOwn(READERS, kind)

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null
