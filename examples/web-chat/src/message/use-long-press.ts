import { type PointerEvent, useEffect, useRef } from 'react'

/** As long as a phone takes for its own menus. */
const PRESS_MS = 450
/** A finger does not stand still; further than this it scrolls. */
const SLIP_PX = 10

type Handlers = Record<
  'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel',
  (event: PointerEvent) => void
>

/** A finger that rests on the element. A mouse points at it instead. */
export function useLongPress(onPress: () => void): Handlers {
  const press = useRef<{ readonly timer: number; readonly x: number; readonly y: number }>(undefined)
  const stop = () => {
    window.clearTimeout(press.current?.timer)
    press.current = undefined
  }
  useEffect(() => () => window.clearTimeout(press.current?.timer), [])
  return {
    onPointerDown: ({ pointerType, isPrimary, clientX: x, clientY: y }) => {
      stop()
      if (pointerType === 'touch' && isPrimary)
        press.current = { timer: window.setTimeout(onPress, PRESS_MS), x, y }
    },
    onPointerMove: ({ clientX, clientY }) => {
      const { current } = press
      if (current && Math.hypot(clientX - current.x, clientY - current.y) > SLIP_PX) stop()
    },
    onPointerUp: stop,
    onPointerCancel: stop,
  }
}
