// Plain, because the configuration of vitest reads it.
/** @typedef {import('./engine/port').EngineName} EngineName */

/** @type {readonly EngineName[]} */
export const ENGINES = ['chromium', 'firefox', 'webkit']

const NO_FREEZE = 'it has no event `freeze`, and its driver stops no page from the inside'
const NO_QUOTA = 'its driver cannot set the quota of an origin'

const NO_SECOND_TRY = 'it never asks again for a module that did not come, until the page is loaded anew'
const NO_PROFILE = 'a MiniBrowser that is driven keeps its profile in memory'

/**
 * The suites that do not run on an engine because it, or its driver, lacks what they test. All others run on all three.
 * docs/tabs.md quotes it: see test/unit/engine-suites.test.ts.
 * @type {Record<EngineName, Record<string, string>>}
 */
export const LACKING = {
  chromium: {},
  firefox: { 'tabs-frozen': NO_FREEZE, 'storage-quota': NO_QUOTA, 'lost-chunk': NO_SECOND_TRY },
  webkit: { 'tabs-frozen': NO_FREEZE, 'storage-quota': NO_QUOTA, 'browser-killed': NO_PROFILE },
}
