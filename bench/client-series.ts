import { installPeers } from '../packages/client/bench/install-peers'
import { isPeer, type PeerName, peers } from '../packages/client/bench/peers'
import type { Subject } from '../packages/client/bench/rows'
import { type Measured, runRow } from '../packages/client/bench/run-row'
import type { Chart } from './chart'
import { type Target, target } from './targets'

export type ClientResults = {
  readonly charts: readonly { readonly file: string; readonly chart: Chart }[]
  /** A live message with this many held, in µs: by library. `undefined`: not measured, and why. */
  readonly live: readonly Measured[]
  readonly targets: readonly Target[]
}

type Options = { readonly rounds: number; readonly isQuick: boolean; say(line: string): void }

const GROWTH_MAX = 1.3
const YARDS_MAX = 4
const YARD: Subject = { trial: 'parse+decode', size: 0 }

/** What one event costs an app, through `createChat` of the built package: CPU time, in turns with its peers. */
export async function measureClient({ rounds, isQuick, say }: Options): Promise<ClientResults> {
  const names = Object.keys(peers).filter(isPeer)
  say('installing the peers of the client')
  const installed = await installPeers(names)
  const measured = async (subjects: readonly Subject[], warmUp = 200): Promise<readonly Measured[]> => {
    say(`client: ${[...new Set(subjects.map(({ trial }) => trial))].join(', ')}`)
    return runRow(
      { name: '', subjects, warmUp: isQuick ? 20 : warmUp, judge: () => [] },
      { rounds, peers: installed },
    )
  }
  const sizes = (...list: number[]): number[] => (isQuick ? list.slice(0, 2) : list)
  const of = (trial: Subject['trial'], list: readonly number[]): Subject[] =>
    list.map((size) => ({ trial, size }))
  try {
    const held = sizes(1_000, 10_000)
    const live = await measured([YARD, ...of('live', held), ...names.flatMap((name) => of(name, held))])
    const room = await measured(of('live in a room of', sizes(1_000, 10_000, 100_000, 1_000_000)))
    const rooms = await measured(of('live among rooms', sizes(1, 100, 1_000, 10_000)))
    const pending = await measured(of('send with pending', sizes(1, 100, 1_000, 10_000)))
    const charts = [
      {
        file: 'client-room-size',
        chart: chart('A live message, by messages in the room', 'messages in the room', { Roomful: room }),
      },
      {
        file: 'client-peers',
        chart: chart('A live message, by messages held', 'messages held', byLibrary(live, names)),
      },
      {
        file: 'client-rooms',
        chart: chart('A live message, by rooms of the user', 'rooms of the user', { Roomful: rooms }),
      },
      {
        file: 'client-pending',
        chart: chart('One more send, by sends that wait', 'sends that wait', { Roomful: pending }),
      },
    ]
    return { charts, live, targets: [...growths({ room, rooms, pending }), ...besidePeers(live, names)] }
  } finally {
    installed.remove()
  }
}

function chart(title: string, x: string, by: Readonly<Record<string, readonly Measured[]>>): Chart {
  const series = Object.entries(by).map(([name, list]) => ({
    name,
    points: list.flatMap(({ size, micros }) => (micros === undefined ? [] : [{ x: size, y: micros }])),
  }))
  return { title, x, y: 'CPU µs', series }
}

function byLibrary(
  live: readonly Measured[],
  names: readonly PeerName[],
): Record<string, readonly Measured[]> {
  const of = (wanted: Subject['trial']) => live.filter(({ trial }) => trial === wanted)
  return { Roomful: of('live'), ...Object.fromEntries(names.map((name) => [name, of(name)])) }
}

function growths(all: Readonly<Record<'room' | 'rooms' | 'pending', readonly Measured[]>>): Target[] {
  const titles = { room: 'messages in the room', rooms: 'rooms of the user', pending: 'sends that wait' }
  return Object.entries(titles).map(([key, title]) => {
    const list = all[key as keyof typeof all]
    const [first, last] = [list[0], list.at(-1)]
    const sizes = `${first?.size.toLocaleString('en')} to ${last?.size.toLocaleString('en')}`
    const value = (last?.micros ?? Number.NaN) / (first?.micros ?? Number.NaN)
    return target(
      `client: the cost grows by at most ${GROWTH_MAX} from ${sizes} ${title}`,
      value,
      value <= GROWTH_MAX,
    )
  })
}

function besidePeers(live: readonly Measured[], names: readonly PeerName[]): Target[] {
  const cost = (trial: Subject['trial'], size: number): number =>
    live.find((one) => one.trial === trial && one.size === size)?.micros ?? Number.NaN
  const own = cost('live', 1_000)
  const yards = own / cost(YARD.trial, YARD.size)
  return [
    target(`client: a live message costs at most ${YARDS_MAX} times its parsing`, yards, yards <= YARDS_MAX),
    ...names.map((name) => {
      const value = cost(name, 1_000) / own
      return target(`client: a live message costs less than in ${name}, with 1,000 held`, value, value > 1)
    }),
  ]
}
