/** Stands in for a payload whose frame was too large to be decoded. */
export const FRAME_TOO_LARGE = Symbol('frame too large')
