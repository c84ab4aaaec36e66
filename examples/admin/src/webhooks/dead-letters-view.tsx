import type { Answers } from '@roomful/admin'
import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { usePages } from '../loading/use-pages'
import { time } from '../text/text'
import { ActButton } from '../ui/act-button'
import { Id } from '../ui/names'
import { Pager } from '../ui/pager'
import { ViewTitle } from '../ui/view-title'

type Letter = Answers['webhooks.dead']['letters'][number]

/** The events that were given up for one endpoint. */
export function DeadLettersView({ endpointId }: { readonly endpointId: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: number | undefined, signal: AbortSignal) => {
        const page = { endpointId, ...(after === undefined ? {} : { after }) }
        const { letters, next } = await api.webhooks.dead(page, { signal })
        return { rows: letters, next }
      },
      [api, endpointId],
    ),
  )
  const replay = (ids?: readonly string[]) => (signal: AbortSignal) =>
    api.webhooks.replay({ endpointId, ...(ids === undefined ? {} : { ids: [...ids] }) }, { signal })
  return (
    <>
      <a className="back" href={linkTo(['webhooks'])}>
        ← Webhooks
      </a>
      <ViewTitle>Dead letters of {endpointId}</ViewTitle>
      <Pager pages={pages} empty="No event for this endpoint was given up.">
        {(letters) => (
          <>
            <div className="acts">
              <ActButton
                name="Replay all"
                text="All events that were given up wait again, also those on other pages. They are posted at once, in the order of their rooms."
                act={replay()}
                onDone={pages.reload}
                isDanger={false}
              />
            </div>
            <ul className="card letters">
              {letters.map((letter) => (
                <DeadLetter
                  key={letter.id}
                  letter={letter}
                  replay={replay([letter.id])}
                  onReplayed={pages.reload}
                />
              ))}
            </ul>
          </>
        )}
      </Pager>
    </>
  )
}

type LetterProps = {
  readonly letter: Letter
  readonly replay: (signal: AbortSignal) => Promise<unknown>
  readonly onReplayed: () => void
}

function DeadLetter({ letter, replay, onReplayed }: LetterProps): ReactElement {
  const { id, type, at, deadAt, reason, body } = letter
  return (
    <li>
      <div className="letter-head">
        <div>
          <p>
            <strong>{type}</strong> <time dateTime={at}>{time(at)}</time>
          </p>
          <p className="small letter-reason">
            {reason}, given up <time dateTime={deadAt}>{time(deadAt)}</time>
          </p>
          <Id>{id}</Id>
        </div>
        <ActButton
          name="Replay"
          about={id}
          text="The event waits again, at its old place in its room, and is posted at once."
          act={replay}
          onDone={onReplayed}
          isDanger={false}
        />
      </div>
      <details>
        <summary>What is posted</summary>
        <pre>{indented(body)}</pre>
      </details>
    </li>
  )
}

/** As it is if it is no JSON: what is kept may be from another version. */
function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
