import type { ServerEvent, ServerPayload } from '@roomful/protocol'
import type { Broadcaster } from '@roomful/server'
import type { Link } from './link'

/** The broadcaster of one node: encodes once, and hands the text to every line of the channel. */
export class Channels implements Broadcaster {
  readonly #lines = new Map<string, Set<Link>>()

  join(channel: string, link: Link): void {
    const lines = this.#lines.get(channel)
    if (lines) lines.add(link)
    else this.#lines.set(channel, new Set([link]))
  }

  leave(channel: string, link: Link): void {
    this.#lines.get(channel)?.delete(link)
  }

  forget(link: Link): void {
    for (const lines of this.#lines.values()) lines.delete(link)
  }

  broadcast<E extends ServerEvent>(
    channel: string,
    event: E,
    payload: ServerPayload<E>,
    { except }: { volatile?: boolean; except?: string } = {},
  ): void {
    const lines = this.#lines.get(channel)
    if (lines === undefined || lines.size === 0) return
    const text = JSON.stringify(payload)
    for (const link of [...lines]) if (link.id !== except) link.emitText(event, text)
  }
}
