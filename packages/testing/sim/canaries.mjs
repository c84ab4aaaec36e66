import { bundle } from './bundle.mjs'
import { CANARIES } from './patches.mjs'
import { spread } from './workers.mjs'

/** Within so many seeds each canary must be found. */
export const CANARY_SEEDS = 5_000

/** @typedef {{ name: string, what: string, seeds: number | null, violation: string }} Found `seeds` null: not found. */

/**
 * Puts each known mistake into the sources in turn, and looks how many seeds it takes to find it.
 *
 * @param {{ folder: string, jobs: number, onFound: (found: Found) => void }} options
 * @returns {Promise<Found[]>}
 */
export async function runCanaries({ folder, jobs, onFound }) {
  const found = []
  const files = CANARIES.map(({ name }) => `${folder}/canary-${name.replaceAll(' ', '-')}.mjs`)
  await Promise.all(CANARIES.map(({ patches }, i) => bundle(files[i] ?? '', patches)))
  for (const [i, { name, what }] of CANARIES.entries()) {
    const { failures } = await spread(files[i] ?? '', { from: 1, count: CANARY_SEEDS, jobs, first: true })
    const [first] = failures
    const one = { name, what, seeds: first?.seed ?? null, violation: first?.violations[0] ?? '' }
    found.push(one)
    onFound(one)
  }
  return found
}
