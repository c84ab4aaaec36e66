// npm run fuzz -- [--inputs 5000000] [--sockets 200000] [--seed 1]
// Generated inputs in process and frames on a real socket, in rounds of one seed each; the first wrong answer ends it.
import { parseArgs } from 'node:util'
import { fuzzInProcess } from './in-process'
import { fuzzOnSocket } from './on-socket'

const INPUTS_A_ROUND = 20_000
const FRAMES_A_ROUND = 2_000

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '5000000' },
    sockets: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
  },
})
const first = Number(values.seed)

async function rounds(
  name: string,
  total: number,
  most: number,
  run: (seed: number, count: number) => Promise<object>,
) {
  for (let done = 0, seed = first; done < total; seed++) {
    const count = Math.min(most, total - done)
    const begun = performance.now()
    const tally = await run(seed, count)
    done += count
    const perSecond = Math.round((count * 1_000) / (performance.now() - begun))
    process.stdout.write(`${name}: ${done} of ${total}, ${perSecond} a second, seed ${seed}: ${tally}\n`)
  }
}

// An unhandled rejection or an exception ends the process on its own, and prints its cause.
await rounds('inputs', Number(values.inputs), INPUTS_A_ROUND, fuzzInProcess)
await rounds('frames', Number(values.sockets), FRAMES_A_ROUND, fuzzOnSocket)
