import { failureOf } from './failure'

/** The server that serves this page: `/v1` is beside `/admin`, at the root or under a mount path. */
const SERVER = new URL('..', window.location.href.replace(/#.*/, ''))

export type Values = Readonly<Record<string, string | number | boolean | undefined>>
export type Asked = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly query?: Values
  readonly body?: object
  readonly signal?: AbortSignal | undefined
}

/** One operation of the server API. `path` is below `/v1`, its parts encoded. Rejects with a Failure. */
export async function request<Answer>(
  credential: string,
  path: string,
  { method = 'GET', query = {}, body, signal }: Asked = {},
): Promise<Answer> {
  const url = new URL(`v1/${path}`, SERVER)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${credential}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    cache: 'no-store',
    credentials: 'omit',
  })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok || answer === undefined) throw failureOf(response.status, answer)
  // The page comes from the server that answers: they are of one version.
  return answer as Answer
}

/** A path of encoded parts: ids may have a slash in them. */
export const pathOf = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/')
