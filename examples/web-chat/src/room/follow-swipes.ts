/** From here a finger begins: further in, a sideways move is about what is there, such as a wide block of code. */
const EDGE_PX = 32
/** So far it has to go; less is a slip. */
const FAR_PX = 80

/** What is swiped follows the finger. Returns the function that ends it. */
export function followSwipes(element: HTMLElement, onBack: () => void): () => void {
  let from: { readonly x: number; readonly y: number; readonly sign: 1 | -1 } | null = null
  const show = (px: number) => {
    element.style.translate = px === 0 ? '' : `${px}px`
  }
  const movedBy = ({ changedTouches: [touch] }: TouchEvent): number => {
    if (!from || !touch) return 0
    const along = (touch.clientX - from.x) * from.sign
    // More down than along: it scrolls.
    return along > Math.abs(touch.clientY - from.y) ? along : 0
  }
  const begin = ({ touches }: TouchEvent) => {
    const [touch] = touches
    from = null
    if (!touch || touches.length > 1) return
    const isRtl = getComputedStyle(element).direction === 'rtl'
    const fromEdge = isRtl ? window.innerWidth - touch.clientX : touch.clientX
    if (fromEdge <= EDGE_PX) from = { x: touch.clientX, y: touch.clientY, sign: isRtl ? -1 : 1 }
  }
  const move = (event: TouchEvent) => from && show(movedBy(event) * from.sign)
  const end = (event: TouchEvent) => {
    const isBack = movedBy(event) >= FAR_PX
    stop()
    if (isBack) onBack()
  }
  const stop = () => {
    from = null
    show(0)
  }
  const listening = new AbortController()
  const options = { signal: listening.signal, passive: true }
  element.addEventListener('touchstart', begin, options)
  element.addEventListener('touchmove', move, options)
  element.addEventListener('touchend', end, options)
  element.addEventListener('touchcancel', stop, options)
  return () => {
    listening.abort()
    stop()
  }
}
