import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'

export function JumpButton({ newCount, onClick }: { newCount: number; onClick: () => void }): ReactElement {
  const text = newCount === 1 ? '1 new message' : `${newCount} new messages`
  return (
    <button type="button" className={`jump ${newCount > 0 ? 'has-new' : ''}`} onClick={onClick}>
      <Icon name="down" />
      {newCount > 0 ? text : <span className="visually-hidden">Jump to latest</span>}
    </button>
  )
}
