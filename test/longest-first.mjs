// Plain, because the configuration of vitest reads it.
import { BaseSequencer } from 'vitest/node'

/**
 * The files that take longest, in that order. They begin first, so that none of them is left to one worker at the end.
 * `.cache/vitest-<project>.json` has the times of a run of `npm test`.
 */
const LONGEST = [
  ...['packed-types', 'webhooks', 'start-pages', 'site', 'role-matrix-app', 'admin-job', 'siege', 'move'],
  ...['conformance', 'hidden-rooms', 'postgres-ephemeral', 'cli', 'cli-client', 'scale', 'serve'],
  ...['host-apps', 'chaos', 'admin-page', 'tabs-take-over', 'git-log', 'any-tab', 'second-thoughts'],
]

/** What is not among them follows in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  /** @override @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    const rankOf = (/** @type {import('vitest/node').TestSpecification} */ { moduleId }) => {
      const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
      return rank === -1 ? LONGEST.length : rank
    }
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}
