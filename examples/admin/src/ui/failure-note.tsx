import type { AdminError } from '@roomful/admin'
import type { ReactElement } from 'react'

type Props = { readonly failure: AdminError; readonly onRetry?: (() => void) | undefined }

/** What went wrong, with what an operator needs to find it in the server's log. */
export function FailureNote({ failure, onRetry }: Props): ReactElement {
  return (
    <div className="failure" role="alert">
      <p>{failure.message}</p>
      <p className="small">
        <code>{failure.code}</code>
        {failure.requestId !== undefined && (
          <>
            {' · request '}
            <code>{failure.requestId}</code>
          </>
        )}
      </p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
