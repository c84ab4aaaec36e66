import { isGrowing, type ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import { type ReactElement, useEffect, useState } from 'react'

/** Speech is slower than chat: messages within a second are announced as one. */
const BATCH_MS = 1_000
/** More than these are counted instead of read out. */
const READ_OUT = 2

/**
 * The only live region: reads out new messages of other users. The log itself is silent, or each redraw would speak.
 */
export function Announcer({ myId }: { myId: string }): ReactElement {
  const room = useRoom()
  const [text, setText] = useState('')

  useEffect(() => {
    let said = newest(room.messages())
    let waiting: ShownMessage[] = []
    const growing = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const say = () => {
      setText(announcement(waiting))
      waiting = []
      timer = undefined
    }
    const stop = room.select(
      (state) => state.messages,
      (messages) => {
        // One that grows is read out once, when it has ended.
        if (growing.size > 0) {
          const ended = messages.filter((message) => growing.has(message.id) && !isGrowing(message))
          for (const { id } of ended) growing.delete(id)
          waiting.push(...ended.filter(({ deleted }) => !deleted))
          if (waiting.length > 0) timer ??= setTimeout(say, BATCH_MS)
        }
        const before = said
        said = Math.max(said, newest(messages))
        // Before the first page there was nothing to compare with: history is not announced.
        if (before === 0 || before === said) return
        const fresh = messages.slice(messages.findLastIndex(({ seq }) => seq > 0 && seq <= before) + 1)
        const others = fresh.filter(({ seq, senderId, deleted }) => seq > 0 && senderId !== myId && !deleted)
        for (const message of others) if (isGrowing(message)) growing.add(message.id)
        waiting.push(...others.filter((message) => !isGrowing(message)))
        if (waiting.length > 0) timer ??= setTimeout(say, BATCH_MS)
      },
    )
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [room, myId])

  return (
    <div className="visually-hidden" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  )
}

function newest(messages: readonly ShownMessage[]): number {
  return messages.findLast(({ seq }) => seq > 0)?.seq ?? 0
}

function announcement(messages: readonly ShownMessage[]): string {
  if (messages.length > READ_OUT) return `${messages.length} new messages`
  return messages.map(({ senderName, content }) => `${senderName}: ${content}`).join('. ')
}
