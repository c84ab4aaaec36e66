import { decodePayload, Message, retryOf, WIRE_ERRORS } from '@roomful/protocol'
import * as v from 'valibot'

/** The schemas are valibot's: an app that builds on them has it. */
export const Page = v.object({ messages: v.array(Message) })
export const payload = (value: unknown) => decodePayload('send-message', value)
export const retries = Object.keys(WIRE_ERRORS).map((code) => retryOf(code as keyof typeof WIRE_ERRORS))
