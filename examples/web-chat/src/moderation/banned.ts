type Entry = { readonly action: string; readonly targetId: string | null }

/** Who is banned, by the room's log with the newest first: the last word about each of them counts. */
export function bannedIn(entries: readonly Entry[]): readonly string[] {
  const last = new Map<string, string>()
  for (const { action, targetId } of entries)
    if (targetId !== null && (action === 'ban' || action === 'unban') && !last.has(targetId))
      last.set(targetId, action)
  return [...last].filter(([, action]) => action === 'ban').map(([userId]) => userId)
}
