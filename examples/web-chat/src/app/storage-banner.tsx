import { useChatSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'
import { useLasting } from './use-lasting'

/** During sign-in the previous user's copy is closed and the new one opened: no trouble yet. */
const NEWS_AFTER_MS = 1_500

const TEXTS = {
  ok: null,
  degraded:
    'This browser cannot keep everything just now. What is not sent yet may be lost when you close the page.',
  memory:
    'This browser keeps no copy of your messages. What is not sent yet is lost when you close the page.',
} as const

/** Warns before something may be lost, and shows nothing while all is well. */
export function StorageBanner(): ReactElement {
  const status = useLasting(
    useChatSelector((state) => state.storage.status),
    NEWS_AFTER_MS,
    'ok',
  )
  const reason = useChatSelector((state) => state.storage.reason)
  const text = TEXTS[status]
  return (
    <div role="status" data-testid="storage" data-storage={status} title={reason}>
      {text && (
        <p>
          <Icon name="alert" />
          <span>{text}</span>
        </p>
      )}
    </div>
  )
}
