import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ignoreMissing, isSystemError, toStoreError } from './file-errors'
import { TextCheck } from './text-check'

/** A received body, on the disk. */
export type Staged = {
  readonly path: string
  readonly size: number
  /** In hex. */
  readonly sha256: string
  /** All of it is text: UTF-8 without control characters. */
  readonly isText: boolean
}

/** An upload this old was cut off, and will not be finished. */
const ABANDONED_MS = 3_600_000

/** The folder in which bodies are received and checked, before a store has them. */
export class Staging {
  private constructor(private readonly folder: string) {}

  /** By default in the system's folder of temporary files, readable by this user only. */
  static async open(folder: string | undefined, now: number): Promise<Staging> {
    const staging = new Staging(folder ?? (await ownTemporaryFolder()))
    await mkdir(staging.folder, { recursive: true })
    await staging.sweep(now)
    return staging
  }

  /** A new name in the folder. */
  path(): string {
    return join(this.folder, randomBytes(16).toString('hex'))
  }

  /**
   * Writes a body as it arrives. Stops at the first byte above `most`, and resolves with undefined. Rejects with the
   * body's own error, or a StoreError if the disk fails; then nothing is left of it.
   */
  async receive(body: AsyncIterable<Uint8Array>, most: number): Promise<Staged | undefined> {
    const path = this.path()
    try {
      const staged = await write(path, body, most)
      if (!staged) await rm(path, { force: true })
      return staged
    } catch (error) {
      await rm(path, { force: true })
      throw isSystemError(error) ? toStoreError(error) : error
    }
  }

  /** Removes what was cut off by an end of the process. */
  async sweep(now: number): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name)
      const facts = await stat(path).catch(ignoreMissing)
      if (facts && facts.mtimeMs < now - ABANDONED_MS) await rm(path, { force: true })
    }
  }
}

async function write(
  path: string,
  body: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Staged | undefined> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    const text = new TextCheck()
    let size = 0
    for await (const piece of body) {
      size += piece.byteLength
      if (size > most) return undefined
      hash.update(piece)
      text.add(piece)
      await file.writeFile(piece)
    }
    // A message that names it may be acked next, and an ack must survive a power cut.
    await file.sync()
    return { path, size, sha256: hash.digest('hex'), isText: text.end() }
  } finally {
    await file.close()
  }
}

async function ownTemporaryFolder(): Promise<string> {
  const uid = process.getuid?.()
  const folder = join(tmpdir(), `roomful-uploads-${uid ?? 'files'}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Another user made it before, where every user may, and could read what is uploaded.
  if (uid !== undefined && (await stat(folder)).uid !== uid)
    throw new Error(`${folder} belongs to another user of this machine`)
  return folder
}
