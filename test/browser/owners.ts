import { waitUntil } from '@roomful/testing'
import type { Stopwatch } from '../stopwatch'
import type { ClientTab } from './client-page'

/** The promised time, and what a busy machine may add to it. */
export const TAKE_OVER_MS = 2_000
export const BUSY_MS = 1_000

/** The one tab with a websocket, once there is one. */
export function ownerOf(tabs: readonly ClientTab[]): Promise<ClientTab> {
  let last: ClientTab | undefined
  return waitUntil('one owner', async () => {
    const looks = await Promise.all(tabs.map((tab) => tab.look()))
    const [first, ...others] = tabs.filter((_, i) => (looks[i]?.sockets ?? 0) > 0)
    const owner = others.length === 0 ? first : undefined
    // Twice: a page that was stuck answers late, when another one has taken over.
    const isSame = owner !== undefined && owner === last
    last = owner
    return isSame && looks.every(({ connection }) => connection === 'online') ? owner : undefined
  })
}

/** How long the last of the tabs was without a connection, by the clock that all processes of this machine share. */
export async function takeOver(rest: readonly ClientTab[], since: number, watch: Stopwatch): Promise<number> {
  const looks = await Promise.all(rest.map((tab) => tab.settled(since)))
  return watch.idleMs(Math.max(...looks.map(({ onlineAt }) => onlineAt)) - since)
}
