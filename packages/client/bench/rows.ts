import type { PeerName } from './peers'
import type { TrialName } from './trials'

/** One measured value of a row. `size` is what varies in it. */
export type Subject = { readonly trial: TrialName | PeerName; readonly size: number }

export type Verdict = { readonly wanted: string; readonly value: string; readonly passed: boolean | null }

export type Row = {
  readonly name: string
  readonly subjects: readonly Subject[]
  /** Rounds of warm-up for each subject of this client. */
  readonly warmUp: number
  judge(of: (subject: Subject) => number | undefined): readonly Verdict[]
}

const YARD: Subject = { trial: 'parse+decode', size: 0 }
const GROWTH_MAX = 1.3
const YARDS_MAX = 4

const times = (value: number): string => `× ${value.toFixed(value < 10 ? 2 : 0)}`
const micros = (value: number): string => `${value < 100 ? value.toFixed(1) : Math.round(value)} µs`

/** Null: one of the two could not be measured. */
function ratio(
  wanted: string,
  above: number | undefined,
  below: number | undefined,
  holds: (ratio: number) => boolean,
): Verdict {
  if (above === undefined || below === undefined) return { wanted, value: 'not measured', passed: null }
  return { wanted, value: times(above / below), passed: holds(above / below) }
}

function most(wanted: string, value: number | undefined, limit: number): Verdict {
  if (value === undefined) return { wanted, value: 'not measured', passed: null }
  return { wanted, value: micros(value), passed: value <= limit }
}

function growth(name: string, trial: TrialName, from: number, to: number): Row {
  const [small, large] = [
    { trial, size: from },
    { trial, size: to },
  ]
  return {
    name,
    subjects: [small, large],
    warmUp: 200,
    judge: (of) => [ratio(`growth ≤ ${GROWTH_MAX}`, of(large), of(small), (grown) => grown <= GROWTH_MAX)],
  }
}

const PEERS: readonly PeerName[] = [
  'matrix-js-sdk',
  '@chatscope/use-chat',
  'mattermost-redux',
  '@tanstack/db',
]
const MATRIX_TIMES = 100

const withinYards = (of: (subject: Subject) => number | undefined, subject: Subject): Verdict =>
  ratio(`≤ ${YARDS_MAX} × parse + decode`, of(subject), of(YARD), (yards) => yards <= YARDS_MAX)

/** The table of issue 13. `scale` below 1 lowers the large sizes, for a quick look. */
export function tableRows(scale: number): readonly Row[] {
  const large = (size: number, least = 1_000): number =>
    Math.max(least, Math.round((size * scale) / 100) * 100)
  const live: Subject = { trial: 'live', size: 1_000 }
  const liveLarge: Subject = { trial: 'live', size: large(10_000) }
  const peer = (trial: PeerName): Subject => ({ trial, size: 1_000 })
  const peerLarge = (trial: PeerName): Subject => ({ trial, size: large(10_000) })
  const edit: Subject = { trial: 'edit', size: 1_000 }
  const editLarge: Subject = { trial: 'edit', size: large(10_000) }
  const receipts = [200, 2_000, 10_000].map((size): Subject => ({ trial: 'receipts', size }))
  const [few, , many] = receipts

  return [
    {
      name: 'live message',
      subjects: [YARD, live, liveLarge, ...PEERS.flatMap((name) => [peer(name), peerLarge(name)])],
      warmUp: 200,
      judge: (of) => [
        withinYards(of, live),
        ...PEERS.map((name) =>
          ratio(`below ${name} at 1,000`, of(peer(name)), of(live), (times) => times > 1),
        ),
        ratio(
          `≥ ${MATRIX_TIMES} × below matrix-js-sdk at ${peerLarge('matrix-js-sdk').size.toLocaleString('en')}`,
          of(peerLarge('matrix-js-sdk')),
          of(liveLarge),
          (times) => times >= MATRIX_TIMES,
        ),
      ],
    },
    growth('growth: messages in the room', 'live in a room of', 1_000, large(1_000_000)),
    growth('growth: rooms', 'live among rooms', 1, large(10_000)),
    growth('growth: rooms, list shown', 'live, list shown', 1, large(10_000)),
    growth('growth: rooms, event of one that is not open', 'activity', 1, large(10_000)),
    growth('growth: pending, live message', 'live with pending', 0, large(10_000, 100)),
    growth('growth: pending, one more send', 'send with pending', 0, large(10_000, 100)),
    growth('growth: own sends, live message', 'live after own', 0, large(100_000, 100)),
    growth('growth: own sends, optimistic cycle', 'cycle', 0, large(100_000, 100)),
    growth('growth: unread', 'live, unread', 0, large(100_000, 200)),
    {
      name: 'receipts',
      subjects: receipts,
      warmUp: 30,
      judge: (of) => [
        most('10,000 readers ≤ 10 ms', many && of(many), 10_000),
        ratio(
          `10,000 a reader ≤ ${GROWTH_MAX} × 200`,
          many && perReader(of(many), many.size),
          few && perReader(of(few), few.size),
          (grown) => grown <= GROWTH_MAX,
        ),
      ],
    },
    {
      name: 'optimistic cycle',
      subjects: [
        { trial: 'parse+decode send', size: 0 },
        { trial: 'cycle', size: 0 },
        { trial: 'cycle, own', size: 0 },
      ],
      warmUp: 200,
      judge: (of) => [most('own ≤ 40 µs', of({ trial: 'cycle, own', size: 0 }), 40)],
    },
    {
      name: 'edit anywhere',
      subjects: [YARD, edit, editLarge],
      warmUp: 200,
      judge: (of) => [withinYards(of, edit), withinYards(of, editLarge)],
    },
    {
      name: 'page of 100',
      subjects: [
        { trial: 'parse+decode page', size: 0 },
        { trial: 'page', size: 1_000 },
        { trial: 'page, own', size: 1_000 },
      ],
      warmUp: 200,
      judge: (of) => [most('own ≤ 300 µs', of({ trial: 'page, own', size: 1_000 }), 300)],
    },
    {
      name: 'burst of 200 in one frame',
      subjects: [
        { trial: 'parse+decode burst', size: 0 },
        { trial: 'burst', size: 1_000 },
        { trial: 'burst, own', size: 1_000 },
      ],
      warmUp: 40,
      judge: (of) => [most('own ≤ 5 µs each, one notification', of({ trial: 'burst, own', size: 1_000 }), 5)],
    },
  ]
}

const perReader = (value: number | undefined, readers: number): number | undefined =>
  value === undefined ? undefined : value / readers
