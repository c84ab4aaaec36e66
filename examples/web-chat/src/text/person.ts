/** The number of tints in tokens.css. */
const TINTS = 10

/** A class that gives one person the same colour in every place. */
export function tintOf(id: string): string {
  let hash = 0
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0
  return `tint-${Math.abs(hash) % TINTS}`
}

/** Up to two letters, whole characters of any script. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    // `Roomy (bot)`: a bracket is no initial.
    .map((word) => word.replace(/^\p{P}+/u, ''))
    .filter(Boolean)
  const first = [...(words[0] ?? '?')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}
