const STORAGE_KEY = 'roomful.operator'

/** Of this tab only, and gone with it; never in an address, which ends up in histories and logs. */
export function recall(): string | undefined {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? undefined
  } catch {
    // Storage is forbidden: the operator signs in again after a reload.
    return undefined
  }
}

export function remember(credential: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, credential)
  } catch {
    // Storage is forbidden: the session lasts as long as the page.
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY)
  } catch {
    // Storage is forbidden, so nothing was stored.
  }
}

/** What may be shown of it: the id of a key is not secret, and names it in the file of keys. */
export function nameOf(credential: string): string {
  const id = /^rfk_([0-9a-f]{12})_/.exec(credential)?.[1]
  return id === undefined ? 'Admin token' : `API key ${id}`
}
