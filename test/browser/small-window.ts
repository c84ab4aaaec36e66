import { devtoolsOf } from './engine/chromium'
import type { Point, TestPage } from './engine/port'

export type Finger = {
  down(at: Point): Promise<void>
  moveTo(at: Point): Promise<void>
  up(): Promise<void>
}

/** The page in a window of this size, in CSS pixels: of a phone, or of a desktop that is zoomed in. */
export async function inWindow(
  page: TestPage,
  [width, height]: readonly [number, number],
  { isPhone = false } = {},
): Promise<Finger> {
  const devtools = await devtoolsOf(page)
  await devtools.send('Emulation.setDeviceMetricsOverride', {
    ...{ width, height, deviceScaleFactor: 1, mobile: isPhone },
  })
  if (isPhone) await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 })
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Point): Promise<void> => {
    await devtools.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] })
  }
  return {
    down: (at) => touch('touchStart', at),
    moveTo: (at) => touch('touchMove', at),
    up: () => touch('touchEnd'),
  }
}

/** The controls in sight that a finger of 44 px would miss, by name. Those within a text are as high as its lines. */
export const tooSmall = (page: TestPage): Promise<readonly string[]> =>
  page.evaluate(() => {
    const reach = 21
    const scope = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body
    const controls = [...scope.querySelectorAll('button, a, textarea, input:not([type=file])')]
    const isHit = (control: Element, x: number, y: number): boolean => {
      const hit = document.elementFromPoint(x, y)
      return hit !== null && (control.contains(hit) || hit.closest('label')?.control === control)
    }
    return (
      controls
        .filter((control) => !control.closest('.text'))
        // A label is as good as what it names.
        .map((control) => ({ control, box: (control.closest('label') ?? control).getBoundingClientRect() }))
        .map(({ control, box }) => ({ control, x: box.left + box.width / 2, y: box.top + box.height / 2 }))
        .filter(({ control, x, y }) => isHit(control, x, y))
        .filter(
          ({ control, x, y }) =>
            ![-reach, reach].every((by) => isHit(control, x + by, y) && isHit(control, x, y + by)),
        )
        .map(
          ({ control }) =>
            (control.getAttribute('aria-label') ?? (control.closest('label') ?? control).textContent) ||
            control.outerHTML,
        )
    )
  })
