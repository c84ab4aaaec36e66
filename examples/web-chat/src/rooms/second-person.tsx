import type { ReactElement } from 'react'
import { hrefBeside, secondName } from '../beside/beside-route'
import { Icon } from '../ui/icon'

/** For those who try the chat alone. Not in a page that is beside another already. */
export function SecondPerson({ myName }: { myName: string }): ReactElement | null {
  if (window.parent !== window) return null
  return (
    <button
      type="button"
      className="second-person"
      onClick={() => window.location.assign(hrefBeside(secondName(myName), window.location.hash))}
    >
      <Icon name="people" />
      <span>A second person beside me</span>
    </button>
  )
}
