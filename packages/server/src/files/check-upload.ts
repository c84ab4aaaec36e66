import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { refused } from '../moderation/refused'
import { withinTime } from '../moderation/within-time'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { FileKind } from './file-kinds'

/** A received file, before it is kept. */
export type ReceivedUpload = {
  readonly user: { readonly id: UserId; readonly name: string }
  /** By its content. */
  readonly kind: FileKind
  /** Bytes. */
  readonly size: number
  /** In hex. */
  readonly sha256: string
  /** Where its content is while it is checked: to be read only. */
  readonly path: string
  /** Its content, from the beginning, each time. */
  stream(): ReadableStream<Uint8Array>
}

/**
 * An app's own check of every upload, such as a scan for viruses. Undefined: it is kept. `refuse`: answered with REFUSED
 * and this reason, one line of at most 500 characters, and removed. One that throws, or takes longer than a minute, is
 * UNAVAILABLE: a file that could not be checked is not kept.
 */
export type OnUpload = (
  upload: ReceivedUpload,
) => undefined | { readonly refuse: string } | Promise<undefined | { readonly refuse: string }>

/** A scanner reads a large film at some 20 MB a second. */
const CHECK_MS = 60_000

type Facts = Omit<ReceivedUpload, 'stream'>

/** Undefined: it may be kept. */
export async function checkUpload(
  {
    onUpload,
    clock,
    log,
  }: { readonly onUpload: OnUpload | undefined; readonly clock: Clock; readonly log: Log },
  facts: Facts,
): Promise<Refusal | undefined> {
  if (!onUpload) return undefined
  const stream = (): ReadableStream<Uint8Array> =>
    Readable.toWeb(createReadStream(facts.path)) as ReadableStream<Uint8Array>
  try {
    const verdict = await withinTime(clock, 'onUpload', () => onUpload({ ...facts, stream }), CHECK_MS)
    return verdict && refused(verdict.refuse)
  } catch (error) {
    log.error({ err: error }, 'onUpload failed')
    return refuse('UNAVAILABLE')
  }
}
