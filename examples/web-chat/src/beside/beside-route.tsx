import { later } from '../ui/later'

/** `?beside=Sam`: the page twice, as oneself and as Sam. Loaded only then. */
export const besideNameOf = (search: string): string | null => new URLSearchParams(search).get('beside')

/** For whoever has nobody to try it with. */
export const hrefBeside = (name: string, hash: string): string =>
  `./?beside=${encodeURIComponent(name)}${hash}`

/** Any name but one's own. */
export const secondName = (own: string): string => (own.trim().toLowerCase() === 'sam' ? 'Kim' : 'Sam')

export const BesidePage = later(() => import('./beside-page').then((part) => part.BesidePage))
