/** What can be wrong with a history; each breaks one promise. */
export type FindingKind =
  /** Acked, and missing. */
  | 'lost'
  /** One send, two messages; or one message shown twice. */
  | 'doubled'
  /** Present, and no user sent it; or its send was refused. */
  | 'phantom'
  /** One device's sends in another order; or two seqs for one message. */
  | 'reordered'
  /** A number between 1 and the head that no message has; or a range claimed as whole that is not. */
  | 'gap'
  /** Older than what was acked before the request, or than what the same device saw before. */
  | 'stale read'
  | 'lost edit'
  | 'resurrected delete'
  | 'leak after removal'
  /** Never answered, or still unsent when everything is quiet. */
  | 'stuck'
  | 'unread drift'
  /** No answer came, and it is neither on the server nor in an outbox. */
  | 'unknown send'

export type Finding = { readonly kind: FindingKind; readonly roomId: string; readonly text: string }

/** For messages of tests: one finding a line, cut when a broken run finds thousands. */
export function formatFindings(findings: readonly Finding[], most = 20): string {
  const lines = findings.slice(0, most).map(({ kind, roomId, text }) => `${kind} in ${roomId}: ${text}`)
  const rest = findings.length - lines.length
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}
