import { imageSize } from 'image-size'

/** Formats keep their size within this; a picture with a large profile before it stays without. */
const HEAD_BYTES = 256 * 1024
/** By Exif these are on their side: shown, width and height change places. */
const isOnItsSide = (orientation: number | undefined): boolean => (orientation ?? 1) >= 5

/** In pixels, as it is shown; undefined for what is no picture, of no known format, or cannot be read. */
export async function measure(file: Blob): Promise<{ width: number; height: number } | undefined> {
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
    const { width, height, orientation } = imageSize(head)
    if (!(width >= 1 && height >= 1)) return undefined
    return isOnItsSide(orientation) ? { width: height, height: width } : { width, height }
  } catch {
    return undefined
  }
}
