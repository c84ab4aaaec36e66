/** The bytes of a picture of one pixel. */
export const PNG_1X1 = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)

export const picture = (name = 'cat.png'): File => new File([PNG_1X1], name, { type: 'image/png' })

/**
 * As of a file that was changed or removed on the user's disk after it was chosen, or of a folder that was dropped: it
 * cannot be read any more. Returns it.
 */
export function unreadable<T extends Blob>(file: T): T {
  const fail = (): Promise<never> =>
    Promise.reject(new DOMException('The file could not be read', 'NotReadableError'))
  return Object.assign(file, {
    arrayBuffer: fail,
    slice: () => unreadable(new Blob()),
    stream: () => new ReadableStream({ pull: fail }),
  })
}
