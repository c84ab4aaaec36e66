/** Progress of a paged patch: all rows up to `rev` were delivered in the pages before `page`. */
type Cont = { readonly page: number; readonly rev: number }

const PATTERN = /^p(\d{1,4})\.(\d{1,15})$/

export const encodeCont = ({ page, rev }: Cont): string => `p${page}.${rev}`

/** Undefined for a token that this server did not make: the patch then starts again at its first page. */
export function decodeCont(token: string | undefined): Cont | undefined {
  const match = PATTERN.exec(token ?? '')
  return match ? { page: Number(match[1]), rev: Number(match[2]) } : undefined
}
