import type { VirtualTime } from './virtual-time'

/** Lines that are kept for a failure's report. */
const LAST_LINES = 200

/**
 * What happened, in order: a hash that distinguishes two runs, and the last lines for people. When off, it costs
 * nothing; a line is only built when it is used.
 */
export class Trace {
  readonly lines: string[] = []
  #hash = 0x811c9dc5
  #count = 0

  constructor(
    private readonly time: VirtualTime,
    readonly isOn: boolean,
    private readonly keep = LAST_LINES as number,
  ) {}

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }
  get count(): number {
    return this.#count
  }

  note(line: () => string): void {
    if (!this.isOn) return
    const text = `${(this.time.elapsed / 1000).toFixed(3).padStart(8)}  ${line()}`
    for (let i = 0; i < text.length; i++) this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193)
    this.#count++
    this.lines.push(text)
    if (this.lines.length > this.keep * 2) this.lines.splice(0, this.lines.length - this.keep)
  }
}
