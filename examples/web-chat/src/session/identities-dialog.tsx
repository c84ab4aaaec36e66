import { type FormEvent, type ReactElement, useState } from 'react'
import { Avatar } from '../ui/avatar'
import { Dialog } from '../ui/dialog'
import { hrefOfPerson, identityKeyOf, knownPersons, TAB_PERSON, tabPersonOf } from './tab-person'

/** The server takes longer names; in a sentence they are too long. */
const NAME_LENGTH = 40

/** Which person a tab is: each has an identity and a local copy of their own, so one browser is several people at once. */
export function IdentitiesDialog({ onClose }: { onClose: () => void }): ReactElement {
  const [name, setName] = useState('')
  const [others] = useState(() => knownPersons(storedKeys()).filter((person) => person !== TAB_PERSON))
  const person = tabPersonOf(`?person=${encodeURIComponent(name)}`)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (person !== null) openIn('this tab', hrefOf(person))
  }
  return (
    <Dialog title="Be another person" onClose={onClose}>
      <p className="muted hint">
        Each person of this browser has an identity, a connection and a copy of their own. A name that is new
        here is a new guest.
      </p>
      {(TAB_PERSON !== null || others.length > 0) && (
        <ul className="picker" aria-label="People of this browser">
          {TAB_PERSON !== null && <Person name={null} />}
          {others.map((other) => (
            <Person key={other} name={other} />
          ))}
        </ul>
      )}
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>Name of the person</span>
          <input
            required
            maxLength={NAME_LENGTH}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <div className="dialog-buttons">
          <button
            type="button"
            className="button"
            disabled={person === null}
            onClick={() => {
              openIn('a new tab', hrefOf(person))
              onClose()
            }}
          >
            In a new tab
          </button>
          <button type="submit" className="button primary" disabled={person === null}>
            In this tab
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** `name` null: the one of all tabs that name nobody. */
function Person({ name }: { name: string | null }): ReactElement {
  const shown = name ?? ownName()
  return (
    <li className="picker-row">
      <Avatar id={shown} name={shown} />
      <bdi className="grow clip">{shown}</bdi>
      <button type="button" className="button" onClick={() => openIn('this tab', hrefOf(name))}>
        Switch<span className="visually-hidden"> to {shown}</span>
      </button>
    </li>
  )
}

/** In the room that is open here, which they may join. */
const hrefOf = (person: string | null): string => {
  const { hash } = window.location
  return person === null ? `./${hash === '' ? '#/' : hash}` : hrefOfPerson(person, hash)
}

function openIn(place: 'this tab' | 'a new tab', href: string): void {
  if (place === 'this tab') window.location.assign(href)
  else window.open(href, '_blank', 'noopener')
}

function storedKeys(): readonly string[] {
  try {
    return Object.keys(localStorage)
  } catch {
    // Storage is forbidden: then nobody is kept.
    return []
  }
}

function ownName(): string {
  try {
    const { user } = JSON.parse(localStorage.getItem(identityKeyOf(null)) ?? '{}') as {
      user?: { name?: unknown }
    }
    if (typeof user?.name === 'string') return user.name
  } catch {
    // Storage is forbidden, or holds something else.
  }
  return 'Yourself'
}
