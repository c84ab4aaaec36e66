/** Closer than this to the end counts as at the bottom: sub-pixel layouts and a nudge of the wheel. */
const BOTTOM_SLACK_PX = 40

export function pxBelow(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
}

export function isAtBottom(scroller: HTMLElement): boolean {
  return pxBelow(scroller) <= BOTTOM_SLACK_PX
}
