import type { ChatError } from '@roomful/client'
import { errorText } from './error-text'

const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const

/** As people know sizes: `1.2 MB`. */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0]
  for (; size >= 1_000 && unit < UNITS.length - 1; unit++) size /= 1_000
  return `${unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`
}

/** The refusal of a file, which the same codes of a text do not describe. */
export function fileErrorText(error: ChatError): string {
  switch (error.code) {
    case 'PAYLOAD_TOO_LARGE':
      return error.limit === undefined
        ? 'The file is too large.'
        : `The file is too large: at most ${sizeText(error.limit)}.`
    case 'INVALID_CONTENT':
      return 'Files of this kind cannot be sent here, nor empty ones.'
    case 'FILE_LOST':
      return 'This device does not have the file any more. Choose it again.'
    case 'REFUSED':
      return error.reason ?? 'This file cannot be sent here.'
    default:
      return errorText(error)
  }
}
