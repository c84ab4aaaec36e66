import type { AdminError } from '@roomful/admin'
import { type ReactElement, useEffect, useId, useRef, useState } from 'react'
import { asFailure } from '../api/api'
import { FailureNote } from './failure-note'

type Props = {
  /** Of the button, and of the one in the dialog that does it. */
  readonly name: string
  /** Whom or what it is about, where several of the name stand in a list. */
  readonly about?: string
  /** What happens, to whom, and whether it can be undone. */
  readonly text: string
  readonly act: (signal: AbortSignal) => Promise<unknown>
  readonly onDone: () => void
  readonly isDanger?: boolean
}

/** An act that is asked for twice: the button opens a dialog that says what it does. */
export function ActButton({ name, about, isDanger = true, ...act }: Props): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  const style = isDanger ? 'button danger' : 'button'
  return (
    <>
      <button
        type="button"
        className={style}
        aria-label={about === undefined ? undefined : `${name} ${about}`}
        onClick={() => setIsOpen(true)}
      >
        {name}
      </button>
      {isOpen && <ActDialog name={name} isDanger={isDanger} {...act} onClose={() => setIsOpen(false)} />}
    </>
  )
}

type DialogProps = Props & { readonly onClose: () => void }

function ActDialog({ name, text, act, onDone, isDanger, onClose }: DialogProps): ReactElement {
  const ref = useRef<HTMLDialogElement>(null)
  const title = useId()
  const running = useRef(new AbortController())
  const [failure, setFailure] = useState<AdminError>()
  const [isBusy, setIsBusy] = useState(false)
  useEffect(() => {
    const dialog = ref.current
    running.current = new AbortController()
    // The browser's own modal: it keeps the focus inside, closes on Escape, and gives the focus back.
    if (!dialog?.open) dialog?.showModal()
    return () => {
      running.current.abort()
      dialog?.close()
    }
  }, [])
  const run = (): void => {
    const { signal } = running.current
    setIsBusy(true)
    setFailure(undefined)
    act(signal).then(
      () => {
        if (signal.aborted) return
        onClose()
        onDone()
      },
      (error: unknown) => {
        if (signal.aborted) return
        setFailure(asFailure(error))
        setIsBusy(false)
      },
    )
  }
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={title} onCancel={onClose}>
      <h2 id={title}>{name}</h2>
      <p>{text}</p>
      {failure && <FailureNote failure={failure} />}
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className={isDanger ? 'button primary danger' : 'button primary'}
          disabled={isBusy}
          onClick={run}
        >
          {name}
        </button>
      </div>
    </dialog>
  )
}
