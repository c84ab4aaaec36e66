import { createContext, useContext } from 'react'
import { type Asked, request } from '../api/request'

/** Whoever is signed in. */
export type Operator = {
  /** One operation of the server API; the path is below `/v1`. Signs out if the key is not valid any more. */
  ask<Answer>(path: string, asked?: Asked): Promise<Answer>
}

export const OperatorContext = createContext<Operator | undefined>(undefined)

export function useOperator(): Operator {
  const operator = useContext(OperatorContext)
  if (!operator) throw new Error('useOperator is used outside of the signed-in page')
  return operator
}

export function operatorOf(credential: string, onSignedOut: () => void): Operator {
  return {
    ask: (path, asked) =>
      request<never>(credential, path, asked).catch((error: unknown) => {
        if (error instanceof Error && 'isSignedOut' in error && error.isSignedOut === true) onSignedOut()
        throw error
      }),
  }
}
