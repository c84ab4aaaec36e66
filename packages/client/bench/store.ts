import { cpus } from 'node:os'
import { measure, type Result } from './measure'
import { plainCases } from './plain-cases'
import { roomCases } from './room-cases'
import { timelineCases } from './timeline-cases'

/**
 * `npm run bench:store`: what one event costs with 1,000, 10,000 and 100,000 messages held. Fails when a cost of ours
 * grows with the room; the plain array stands beside it for comparison, in the same run.
 */
const SIZES = [1_000, 10_000, 100_000]
/** From the smallest to the largest size. Noise and colder caches are below it, anything per message is far above. */
const MOST_GROWTH = 1.5
const ROUNDS = 200
const PLAIN_ROUNDS = 2

const growthOf = ({ micros }: Result): number => (micros.at(-1) ?? Number.NaN) / (micros[0] ?? Number.NaN)
const cell = (text: string): string => text.padStart(11)
const figure = (micros: number): string =>
  micros >= 100 ? Math.round(micros).toLocaleString('en') : micros.toFixed(2)

function print(result: Result): void {
  const cells = [...result.micros.map(figure), `× ${growthOf(result).toFixed(2)}`]
  process.stdout.write(`${result.name.padEnd(58)}${cells.map(cell).join('')}\n`)
}

const [cpu] = cpus()
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}\n`,
)
process.stdout.write(`${'µs each, with so many messages held'.padEnd(58)}`)
process.stdout.write(`${[...SIZES.map((size) => size.toLocaleString('en')), 'growth'].map(cell).join('')}\n`)

// For orientation: below a microsecond the processor's caches weigh as much as the work.
for (const one of timelineCases) print(measure(one, SIZES, ROUNDS))
const ours = roomCases.map((one) => {
  const result = measure(one, SIZES, ROUNDS)
  print(result)
  return result
})
for (const one of plainCases) print(measure(one, SIZES, PLAIN_ROUNDS))

const grown = ours.filter((result) => !(growthOf(result) <= MOST_GROWTH))
for (const result of grown)
  console.error(`${result.name}: grows by ${growthOf(result).toFixed(2)}, at most ${MOST_GROWTH} is allowed`)
process.exitCode = grown.length > 0 ? 1 : 0
