import type { Invitation } from '@roomful/client'
import { codeOf } from './bot-error'
import { createLane } from './live-events'
import type { Run } from './run'
import { persist } from './timing'

export type AcceptRule = 'all' | 'none' | ((invitation: Invitation) => boolean | Promise<boolean>)

const keyOf = ({ roomId, createdAt }: Invitation): string => `${roomId} ${createdAt}`

/** Looks at each invitation once: its handlers, then the rule. `update` is called when the list has changed. */
export function watchInvitations<S extends object>(
  run: Run<S>,
  rule: AcceptRule,
): { update(): void; idle(): Promise<void> } {
  const { chat, clock, handlers, report, term } = run
  const lane = createLane(run)
  const accepting = new Set<Promise<void>>()
  let seen = new Set<string>()

  async function answer(invitation: Invitation, signal: AbortSignal): Promise<void> {
    await handlers.event('invitation', { chat, invitation, signal })
    const { roomId } = invitation
    const isWaiting = chat.getState().invitations.some((one) => one.roomId === roomId)
    const isAccepted = isWaiting && rule !== 'none' && (rule === 'all' || (await rule(invitation)))
    if (isAccepted) accept(roomId)
  }

  /** For as long as it takes: the time that handlers have is not enough for a server that is away. */
  function accept(roomId: string): void {
    const { ends } = term
    const failed = (error: unknown): void => report(error, { source: 'invitation', roomId })
    const accepted = persist(
      clock,
      ends,
      () => chat.acceptInvitation(roomId, { signal: ends }),
      failed,
      // It has expired, or the bot may not.
      (error) => isFinal(codeOf(error)),
    )
      .then(
        () => {},
        (error: unknown) => {
          if (!ends.aborted) failed(error)
        },
      )
      .finally(() => accepting.delete(accepted))
    accepting.add(accepted)
  }

  return {
    update: () => {
      if (term.closing.aborted) return
      const { invitations } = chat.getState()
      const before = seen
      seen = new Set(invitations.map(keyOf))
      for (const invitation of invitations)
        if (!before.has(keyOf(invitation))) lane.push('invitation', (signal) => answer(invitation, signal))
    },
    idle: async () => {
      await lane.idle()
      await Promise.all(accepting)
    },
  }
}

const isFinal = (code: string | undefined): boolean =>
  code !== 'OFFLINE' &&
  code !== 'TIMEOUT' &&
  code !== 'UNAVAILABLE' &&
  code !== 'OVERLOADED' &&
  code !== 'INTERNAL'
