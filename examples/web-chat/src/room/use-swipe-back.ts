import { type RefObject, useEffect } from 'react'

/**
 * A swipe from the edge where reading begins leads back, as it does in the apps of a phone. In a browser that has such a
 * gesture of its own, that one comes first, and leads to the same place. Its code is loaded where there is a finger.
 */
export function useSwipeBack(ref: RefObject<HTMLElement | null>, isOn: boolean, onBack: () => void): void {
  useEffect(() => {
    if (!isOn || !matchMedia('(any-pointer: coarse)').matches) return
    let stop = () => {}
    let isOver = false
    import('./follow-swipes')
      .then(({ followSwipes }) => {
        if (ref.current && !isOver) stop = followSwipes(ref.current, onBack)
      })
      // Without it there is the button.
      .catch(() => undefined)
    return () => {
      isOver = true
      stop()
    }
  }, [ref, isOn, onBack])
}
