import { vi } from 'vitest'

/** jsdom lays nothing out: rows of 20 px in a scroller of 200 px. */
export const ROW_PX = 20
export const VIEW_PX = 200

let resize: () => void = () => undefined
class FakeResizeObserver {
  constructor(listener: () => void) {
    resize = listener
  }
  observe() {}
  unobserve() {}
  disconnect() {
    resize = () => undefined
  }
}

/** A layout of rows below each other in the element with the id `scroller`, until `removeFakeLayout`. */
export function fakeLayout(): void {
  vi.stubGlobal('ResizeObserver', FakeResizeObserver)
  const rows = (element: Element) => element.firstElementChild?.children.length ?? 0
  const define = (name: string, get: (this: HTMLElement) => number) =>
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get })
  define('scrollHeight', function () {
    return Math.max(VIEW_PX, rows(this) * ROW_PX)
  })
  define('clientHeight', () => VIEW_PX)
  const positions = new WeakMap<Element, number>()
  Object.defineProperty(HTMLElement.prototype, 'scrollTop', {
    configurable: true,
    get() {
      return positions.get(this) ?? 0
    },
    set(top: number) {
      positions.set(this, Math.max(0, Math.min(top, this.scrollHeight - VIEW_PX)))
    },
  })
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(function (this: HTMLElement) {
    const siblings = [...(this.parentElement?.children ?? [])]
    const scrolled = document.getElementById('scroller')?.scrollTop ?? 0
    const top = this.hasAttribute('data-key') ? siblings.indexOf(this) * ROW_PX - scrolled : 0
    return { top, bottom: top + ROW_PX } as DOMRect
  })
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(false)
}

export function removeFakeLayout(): void {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  for (const name of ['scrollHeight', 'clientHeight', 'scrollTop'])
    Reflect.deleteProperty(HTMLElement.prototype, name)
}

/** As when a row has changed its height. */
export const resized = (): void => resize()
