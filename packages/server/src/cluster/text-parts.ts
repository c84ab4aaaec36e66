/** A notification of Postgres holds less than 8,000 bytes; the text follows its number, place and count. */
const PART_BYTES = 7_500
/** A node that dies in the middle of a text leaves an unfinished one. */
const BEGUN_MAX = 100
/** Longer texts are not accepted from the bus. */
const PARTS_MAX = 1_200

/** Cuts a text into notifications: `<sender>-<number>/<index>/<count>/<part>`. */
export function toParts(sender: string, number: number, text: string): string[] {
  const bytes = Buffer.from(text)
  const cuts: string[] = []
  for (let begin = 0; begin < bytes.length || cuts.length === 0; ) {
    let end = Math.min(begin + PART_BYTES, bytes.length)
    // Not in the middle of a character.
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    cuts.push(bytes.toString('utf8', begin, end))
    begin = end
  }
  return cuts.map((cut, index) => `${sender}-${number}/${index}/${cuts.length}/${cut}`)
}

/** Joins texts again: the parts of one text arrive in order, between those of others. */
export class PartedTexts {
  readonly #begun = new Map<string, string[]>()

  /** Returns the whole text with its last part. A text that lacks a part is never returned. */
  take(part: string): string | undefined {
    const [, id, index, count, cut] = /^([\w-]+)\/(\d+)\/(\d+)\/(.*)$/s.exec(part) ?? []
    if (id === undefined || cut === undefined) return undefined
    if (count === '1') return cut
    if (Number(count) > PARTS_MAX) return undefined
    const cuts = this.#begun.get(id) ?? []
    this.#begun.delete(id)
    if (cuts.length !== Number(index)) return undefined
    cuts.push(cut)
    if (cuts.length === Number(count)) return cuts.join('')
    this.#begun.set(id, cuts)
    const [oldest] = this.#begun.keys()
    if (this.#begun.size > BEGUN_MAX && oldest !== undefined) this.#begun.delete(oldest)
    return undefined
  }
}
