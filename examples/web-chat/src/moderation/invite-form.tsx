import type { ChatError } from '@roomful/client'
import { useChat, useRoom, useRoomSelector } from '@roomful/react'
import { type FormEvent, type ReactElement, useRef, useState } from 'react'
import { matching } from '../palette/matching'
import { errorText } from '../text/error-text'
import { Avatar } from '../ui/avatar'
import { useNotices } from '../ui/notices'
import { type KnownPerson, knownNames, personMeant } from './known-people'

/** Of those who are found: the rest needs more letters. */
const MOST = 5
/** The longest user id of the server. */
const LONGEST = 255

/** For those who moderate: invites somebody by name, if the page knows them, or by id. */
export function InviteForm(): ReactElement {
  const chat = useChat()
  const { id: roomId } = useRoom()
  const { show } = useNotices()
  const members = useRoomSelector((state) => state.members)
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const people = [...knownNames(chat)].map(([userId, name]) => ({ userId, name }))
  const isIn = new Set<string>(members.map(({ userId }) => userId))
  const outside = people.filter(({ userId }) => !isIn.has(userId) && userId !== chat.getState().user?.id)
  const found = typed.trim() === '' ? [] : matching(outside, typed, ({ name }) => name).slice(0, MOST)

  const invite = async ({ userId, name }: KnownPerson) => {
    setBusy(true)
    setError(null)
    try {
      // The same answer whether there is such a person or not.
      const { invited, member } = await chat.request('add-member', { roomId, userId })
      show(invited ? `Invited ${name}.` : `${member.name} is in the room now.`)
      setTyped('')
      field.current?.focus()
    } catch (reason) {
      setError(refusalText(reason as ChatError))
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const meant = personMeant(people, typed)
    if (meant === 'several') setError('More than one person has that name. Choose one of them below.')
    else void invite(meant)
  }

  return (
    <form className="stack" onSubmit={submit}>
      <label className="field">
        <span>Name or id of a person</span>
        <input
          ref={field}
          required
          autoComplete="off"
          maxLength={LONGEST}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setError(null)
          }}
        />
      </label>
      {error && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      {found.length > 0 && (
        <ul className="picker" aria-label="People with that name">
          {found.map((person) => (
            <li key={person.userId} className="picker-row">
              <Avatar id={person.userId} name={person.name} />
              <span className="grow clip">
                <bdi>{person.name}</bdi>
                {found.filter(({ name }) => name === person.name).length > 1 && (
                  <span className="muted"> {person.userId}</span>
                )}
              </span>
              <button type="button" className="button" disabled={busy} onClick={() => void invite(person)}>
                Invite<span className="visually-hidden"> {person.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="muted hint">
        People of your rooms are found by name, all others by their id. Everybody finds their own in
        “Settings”.
      </p>
      <div className="dialog-buttons">
        <button type="submit" className="button primary" disabled={busy || typed.trim() === ''}>
          Invite
        </button>
      </div>
    </form>
  )
}

function refusalText(error: ChatError): string {
  if (error.code === 'INVALID_PAYLOAD') return 'That is no id, and nobody in your rooms has that name.'
  return errorText(error)
}
