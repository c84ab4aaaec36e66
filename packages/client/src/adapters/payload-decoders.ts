/** A module of its own, so that it can be loaded when it is needed. */
export { decodePayload } from '@roomful/protocol'
