import { bundle } from './bundle.mjs'
import { spread, worker } from './workers.mjs'

/** Each known mistake must be found within this many seeds. */
const SEEDS_MAX = 5_000

/**
 * @typedef {{ name: string, what: string, seed?: number, patches: import('./patches.mjs').Patch[] }} Mistake
 * `seed`: where it was found last.
 * @typedef {{ name: string, seed: number | null, tried: number, violation: string }} Found `seed` null: not found.
 */

/**
 * Puts each known mistake into the sources in turn, and searches for a seed that finds it.
 *
 * @param {Mistake[]} mistakes
 * @param {{ folder: string, jobs: number, onFound: (found: Found) => void }} options
 * @returns {Promise<Found[]>}
 */
export async function findMistakes(mistakes, { folder, jobs, onFound }) {
  const files = mistakes.map(({ name }) => `${folder}/${name.replaceAll(' ', '-')}.mjs`)
  await Promise.all(mistakes.map(({ patches }, i) => bundle(files[i] ?? '', patches)))
  /** @type {Found[]} */
  const found = []
  const waiting = mistakes.entries()
  // One process for each: most are found by the first few seeds, so most of the time is the start of a process.
  const search = async () => {
    for (const [i, { name, seed }] of waiting) {
      const one = { name, ...(await findMistake(files[i] ?? '', seed)) }
      found[i] = one
      onFound(one)
    }
  }
  await Promise.all(Array.from({ length: jobs }, search))
  return found
}

/** @param {string} file @param {number | undefined} known */
async function findMistake(file, known) {
  const again = known === undefined ? [] : (await worker(file, ['run', known, 1, 1])).failures
  const { failures } =
    again.length > 0
      ? { failures: again }
      : await spread(file, { from: 1, count: SEEDS_MAX, jobs: 1, first: true })
  const [first] = failures
  return { seed: first?.seed ?? null, tried: SEEDS_MAX, violation: first?.violations[0] ?? '' }
}
