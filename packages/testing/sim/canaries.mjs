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
  const found = []
  const files = mistakes.map(({ name }) => `${folder}/${name.replaceAll(' ', '-')}.mjs`)
  await Promise.all(mistakes.map(({ patches }, i) => bundle(files[i] ?? '', patches)))
  for (const [i, { name, seed }] of mistakes.entries()) {
    const file = files[i] ?? ''
    const known = seed === undefined ? [] : (await worker(file, ['run', seed, 1, 1])).failures
    const { failures } =
      known.length > 0
        ? { failures: known }
        : await spread(file, { from: 1, count: SEEDS_MAX, jobs, first: true })
    const [first] = failures
    const one = { name, seed: first?.seed ?? null, tried: SEEDS_MAX, violation: first?.violations[0] ?? '' }
    found.push(one)
    onFound(one)
  }
  return found
}
