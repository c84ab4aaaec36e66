import { type ReactElement, useRef } from 'react'
import { hrefOfPerson } from '../session/tab-person'
import { Icon } from '../ui/icon'
import '../styles/beside.css'

/**
 * Two whole pages beside each other, each with an identity, a connection and a local copy of its own: nothing here passes
 * a message from one to the other.
 */
export function BesidePage({ name, hash }: { name: string; hash: string }): ReactElement {
  const own = useRef<HTMLIFrameElement>(null)
  const close = () => {
    // Same origin, so the room that is open there can be read.
    const at = own.current?.contentWindow?.location.hash ?? hash
    window.location.assign(`./${at === '' ? '#/' : at}`)
  }
  return (
    <main className="beside">
      <header className="beside-header">
        <h1>You and {name}</h1>
        <p className="muted grow clip">Two guests, each with a connection and a disk of their own.</p>
        <button type="button" className="button" onClick={close}>
          <Icon name="close" />
          Close
        </button>
      </header>
      <iframe ref={own} title="You" src={`./${hash}`} />
      <iframe title={name} src={hrefOfPerson(name, hash)} />
    </main>
  )
}
