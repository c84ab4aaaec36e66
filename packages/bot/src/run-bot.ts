import { exitCodeOf } from '@roomful/client/node'
import type { Bot } from './bot'

/**
 * Runs a bot as what a process is for: starts it, stops it at SIGTERM or SIGINT (a second one ends the process at once), and
 * sets the exit code. 0: it was stopped; 75: it ended by an error after which it should be started again; 78: it
 * would end the same way again (its session was revoked, its token is refused), and must not be.
 *
 * @example
 * const bot = createBot({ url, auth: token })
 * await runBot(bot)
 */
export async function runBot(
  bot: Pick<Bot, 'start' | 'stop' | 'done'>,
  { timeoutMs }: { timeoutMs?: number } = {},
): Promise<void> {
  const limits = timeoutMs === undefined ? {} : { timeoutMs }
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    void bot.stop(limits)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const { done } = bot
  try {
    await bot.start()
    await done
  } catch (error) {
    process.exitCode = isStopped ? 0 : exitCodeOf(error)
  } finally {
    await bot.stop(limits)
    process.off('SIGTERM', stop)
    process.off('SIGINT', stop)
  }
}
