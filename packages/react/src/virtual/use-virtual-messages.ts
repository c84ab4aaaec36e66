import { useState, useSyncExternalStore } from 'react'
import type { ScrollOptions } from '../scroll-view'
import { type MessageScroll, useMessageScroll } from '../use-message-scroll'
import { createVirtualList, type VirtualList } from './virtual-list'

/** What `useVirtualMessages` returns: as `useMessageScroll`, and the list for `VirtualRows`. */
export type VirtualMessages = MessageScroll & {
  /** The same object over all renders. */
  readonly list: VirtualList
}

/**
 * `useMessageScroll` for a list that mounts only the rows near the view: with 100,000 messages the document holds as many
 * rows as with 100. Call it in the component that renders `VirtualRows`. `ref` goes to the element that scrolls, whose only
 * child `VirtualRows` is.
 *
 * @example
 * const keyOf = (message: ShownMessage) => message.key
 *
 * function Messages() {
 *   const { ref, list, newCount, scrollToBottom } = useVirtualMessages()
 *   return (
 *     <>
 *       <div ref={ref} style={{ overflow: 'auto', height: 400 }}>
 *         <VirtualRows list={list} items={useMessages()} keyOf={keyOf}>
 *           {({ key, senderName, content }) => <p data-key={key}>{senderName}: {content}</p>}
 *         </VirtualRows>
 *       </div>
 *       {newCount > 0 && <button onClick={scrollToBottom}>{newCount} new messages</button>}
 *     </>
 *   )
 * }
 */
export function useVirtualMessages(options: Omit<ScrollOptions, 'rows'> = {}): VirtualMessages {
  const [list] = useState(createVirtualList)
  const scroll = useMessageScroll({ ...options, rows: list })
  return { ...scroll, list }
}

/**
 * The key of the first row in view, for what stands over the list, such as the day that one reads. Renders when that is
 * another row: call it in a small component. Null where there are no rows, and on a server.
 *
 * @example
 * function Day({ list }: { list: VirtualList }) {
 *   const message = useMessage(useTopRow(list) ?? '')
 *   return <time>{message && new Date(message.createdAt).toLocaleDateString()}</time>
 * }
 */
export function useTopRow(list: VirtualList): string | null {
  return useSyncExternalStore(list.subscribe, list.top, () => null)
}
