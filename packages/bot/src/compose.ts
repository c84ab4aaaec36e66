import type { Middleware } from './command'
import type { BotContext } from './context'

/** Middleware around a last step, outermost first. */
export function compose(
  middleware: readonly Middleware[],
  last: (context: BotContext) => Promise<void>,
): (context: BotContext) => Promise<void> {
  return async (context) => {
    const step = async (index: number): Promise<void> => {
      const next = middleware[index]
      await (next ? next(context, () => step(index + 1)) : last(context))
    }
    await step(0)
  }
}
