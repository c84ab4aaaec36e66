import { type Admin, AdminError, createAdmin } from '@roomful/admin'
import { createContext, useContext } from 'react'

/** The server that serves this page: `/v1` is beside `/admin`, at the root or under a mount path. */
const SERVER = new URL('..', window.location.href.replace(/[?#].*/, '')).href

/** An operator waits in front of the page: they are told soon, and try again themselves. */
const RETRIES = 1

/** The server API with this key or token. `onRefused`: the server takes it no more. */
export const apiOf = (credential: string, onRefused: () => void = () => {}): Admin =>
  createAdmin({
    url: SERVER,
    apiKey: credential,
    retries: RETRIES,
    fetch: async (input, init) => {
      const response = await fetch(input, { ...init, cache: 'no-store', credentials: 'omit' })
      if (response.status === 401) onRefused()
      return response
    },
  })

export const ApiContext = createContext<Admin | undefined>(undefined)

/** The server API, as whoever is signed in. */
export function useApi(): Admin {
  const api = useContext(ApiContext)
  if (!api) throw new Error('useApi is used outside of the signed-in page')
  return api
}

/** Everything that a call may reject with, as what the page shows. */
export const asFailure = (error: unknown): AdminError =>
  error instanceof AdminError
    ? error
    : new AdminError('The page itself failed.', { code: 'PAGE', status: 0, cause: error })
