import { useRoomSelector } from '@roomful/react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { Dialog } from '../ui/dialog'
import { useJump } from './jump'

/** To a day, to a message by its number, or to either end of the room. */
export function JumpDialog({ onClose }: { onClose: () => void }): ReactElement {
  const jump = useJump()
  const lastSeq = useRoomSelector((state) => state.lastSeq)
  const [day, setDay] = useState('')
  const [number, setNumber] = useState('')
  const go = (place: number | Date) => {
    onClose()
    jump(place)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (number !== '') go(Number(number))
    // Without a zone it is midnight of the reader.
    else if (day !== '') go(new Date(`${day}T00:00`))
  }
  return (
    <Dialog title="Go to a message" onClose={onClose}>
      <form onSubmit={submit}>
        <label className="field">
          <span>Day</span>
          <input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
        </label>
        <label className="field">
          <span>Or its number, of {lastSeq}</span>
          <input
            type="number"
            min={1}
            max={lastSeq}
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
        </label>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={() => go(0)}>
            First message
          </button>
          <button type="button" className="button" onClick={() => go(Number.POSITIVE_INFINITY)}>
            Latest
          </button>
          <button type="submit" className="button primary" disabled={day === '' && number === ''}>
            Go
          </button>
        </div>
      </form>
    </Dialog>
  )
}
