/**
 * Counts how often React renders the rows of the web chat, and what its frames cost, in the build that users get: React
 * reports each commit to what stands at this name, for its developer tools. A component that rendered has a new list of hooks.
 */
type Fiber = {
  readonly child: Fiber | null
  readonly sibling: Fiber | null
  readonly type: unknown
  readonly memoizedProps: Record<string, unknown> | null
  readonly memoizedState: unknown
}

const hooks = new Map<string, unknown>()
/** The keys of the rows that were rendered, once a time. */
let rendered: string[] = []
let firstPaintMs: number | null = null

function walk(fiber: Fiber, parent: Fiber | null): void {
  if (fiber.type === 'article' && parent) {
    const key = String(fiber.memoizedProps?.['data-key'])
    if (hooks.size === 0) afterPaint(() => (firstPaintMs = performance.now()))
    if (hooks.get(key) !== parent.memoizedState) rendered.push(key)
    hooks.set(key, parent.memoizedState)
  } else if (fiber.child) walk(fiber.child, fiber)
  if (fiber.sibling) walk(fiber.sibling, parent)
}

/** A task that is queued in a frame runs when the frame has been drawn. */
function afterPaint(run: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = run
  requestAnimationFrame(() => port2.postMessage(null))
}

/** What the page itself did in each of these frames, in ms: from its first callback to what follows its drawing. */
async function framesWhile(work: () => Promise<void>): Promise<readonly number[]> {
  const costs: number[] = []
  let isOver = false
  const watch = (): void => {
    if (isOver) return
    const begun = performance.now()
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => costs.push(performance.now() - begun)
    port2.postMessage(null)
    requestAnimationFrame(watch)
  }
  requestAnimationFrame(watch)
  await work()
  isOver = true
  return costs
}

const rowRenders = {
  framesWhile,
  /** Since the beginning of the navigation; null: no row has been painted. */
  firstPaintMs: (): number | null => firstPaintMs,
  /** What was rendered since the last call. */
  take(): readonly string[] {
    const taken = rendered
    rendered = []
    return taken
  },
}
export type RowRenders = typeof rowRenders
Object.assign(window, {
  // The compiler of `npm run bench:scroll` names functions by it, also those that run here.
  __name: (named: unknown) => named,
  rowRenders,
  __REACT_DEVTOOLS_GLOBAL_HOOK__: {
    supportsFiber: true,
    isDisabled: false,
    renderers: new Map(),
    inject: () => 1,
    checkDCE: () => {},
    onCommitFiberRoot: (_id: number, root: { current: Fiber }) => walk(root.current, null),
    onCommitFiberUnmount: () => {},
    onPostCommitFiberRoot: () => {},
  },
})
