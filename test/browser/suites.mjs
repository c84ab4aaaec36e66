// Plain, because the configuration of vitest reads it.
/** @typedef {import('./engine/port').EngineName} EngineName */

/** @type {readonly EngineName[]} */
export const ENGINES = ['chromium', 'firefox', 'webkit']

const NO_FREEZE = 'it has no event `freeze`, and its driver stops no page from the inside'
const NO_QUOTA = 'its driver cannot set the quota of an origin'

const NO_SECOND_TRY = 'it never asks again for a module that did not come, until the page is loaded anew'
const NO_BROTLI = 'it takes brotli over HTTPS only, and does not say what blocks its first paint'
const NO_TREE = 'its driver does not hand out what screen readers are given'
const NO_MOUSE =
  'without a window it has neither a mouse nor a finger, and the web chat gives the field no focus by itself there'
const NO_WAIT =
  'its driver goes on before a key has taken effect, and a window that asks for a permission shows no focus'
const NO_FINGER = 'its driver has no finger, and makes no window of another size'
const NO_PROFILE = 'a MiniBrowser that is driven keeps its profile in memory'

/**
 * The suites that do not run on an engine because it, or its driver, lacks what they test. All others run on all three.
 * docs/inside/engines.md quotes it: see test/unit/engine-suites.test.ts.
 * @type {Record<EngineName, Record<string, string>>}
 */
export const LACKING = {
  chromium: {},
  firefox: {
    'tabs-frozen': NO_FREEZE,
    'storage-quota': NO_QUOTA,
    'lost-chunk': NO_SECOND_TRY,
    'page-weight': NO_BROTLI,
    'screen-reader': NO_TREE,
    'small-window': NO_FINGER,
    'keyboard-tasks': NO_MOUSE,
  },
  webkit: {
    'tabs-frozen': NO_FREEZE,
    'storage-quota': NO_QUOTA,
    'browser-killed': NO_PROFILE,
    'page-weight': NO_BROTLI,
    'screen-reader': NO_TREE,
    'small-window': NO_FINGER,
    'keyboard-tasks': NO_WAIT,
  },
}
