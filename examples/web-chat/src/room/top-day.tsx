import { useMessage } from '@roomful/react'
import { useTopRow, type VirtualList } from '@roomful/react/virtual'
import type { ReactElement } from 'react'
import { dayLabel } from '../text/time'

/**
 * The day that one reads, over the list. Not while the first row in view has its own divider: the two would lie upon each
 * other.
 */
export function TopDay({
  list,
  startsDay,
  onClick,
}: {
  list: VirtualList
  startsDay: (key: string) => boolean
  onClick: () => void
}): ReactElement | null {
  const key = useTopRow(list)
  const message = useMessage(key ?? '')
  if (!message || startsDay(message.key)) return null
  return (
    <button type="button" className="day top-day" title="Go to a day" onClick={onClick}>
      <time dateTime={message.createdAt}>{dayLabel(message.createdAt)}</time>
    </button>
  )
}
