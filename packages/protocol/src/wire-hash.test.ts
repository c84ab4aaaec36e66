import { createHash } from 'node:crypto'
import { toJsonSchema } from '@valibot/to-json-schema'
import { expect, it } from 'vitest'
import { clientEvents } from './client-events/table'
import { ErrorAck } from './error-ack'
import { LOCAL_ERRORS, WIRE_ERRORS } from './errors'
import { LIMITS } from './limits'
import { serverEvents } from './server-events/table'

// The wire is frozen: a change of any event, row, error or limit changes this hash. If the change is intended, write a
// line in docs/reference/protocol.md, "History", and put the new hash here. A change that older clients or servers would not
// understand needs a new protocol number instead.
const FROZEN = 'd6fbcf435715e37134a5ddc7f895846fcb575a8563e742494be6dfcf68aea19a'

function describeWire(): string {
  const schema = (value: Parameters<typeof toJsonSchema>[0]) => toJsonSchema(value, { errorMode: 'ignore' })
  const client = Object.entries(clientEvents).map(([event, { payload, ack }]) => [
    event,
    schema(payload),
    schema(ack),
  ])
  const server = Object.entries(serverEvents).map(([event, payload]) => [event, schema(payload)])
  return JSON.stringify({ client, server, error: schema(ErrorAck), WIRE_ERRORS, LOCAL_ERRORS, LIMITS })
}

it('the wire has not changed', () => {
  expect(createHash('sha256').update(describeWire()).digest('hex')).toBe(FROZEN)
})

it('the hash notices a change of any schema', () => {
  expect(describeWire()).toContain('"clientId":{"type":"string","pattern":"^[A-Za-z0-9_-]{8,64}$"}')
})
