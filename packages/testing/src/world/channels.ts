import type { ServerEvent, ServerPayload } from '@roomful/protocol'
import type { Broadcaster } from '@roomful/server/engine'
import type { Link } from './link'

/** The broadcaster of one node: encodes once, and passes the text to every link of the channel. */
export class Channels implements Broadcaster {
  readonly #links = new Map<string, Set<Link>>()

  join(channel: string, link: Link): void {
    const links = this.#links.get(channel)
    if (links) links.add(link)
    else this.#links.set(channel, new Set([link]))
  }

  leave(channel: string, link: Link): void {
    this.#links.get(channel)?.delete(link)
  }

  forget(link: Link): void {
    for (const links of this.#links.values()) links.delete(link)
  }

  broadcast<E extends ServerEvent>(
    channel: string,
    event: E,
    payload: ServerPayload<E>,
    { except }: { volatile?: boolean; except?: string } = {},
  ): void {
    const links = this.#links.get(channel)
    if (links === undefined || links.size === 0) return
    const text = JSON.stringify(payload)
    for (const link of [...links]) if (link.id !== except) link.emitText(event, text)
  }
}
