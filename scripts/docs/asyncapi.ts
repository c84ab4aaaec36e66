import {
  Change,
  clientEvents,
  Delta,
  ErrorAck,
  Member,
  Message,
  Preview,
  Room,
  RoomListItem,
  serverEvents,
} from '@roomful/protocol'
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'

type Schema = Parameters<typeof toJsonSchema>[0]

/** The rows, defined once and referenced. */
const rows = { Change, Delta, Member, Message, Preview, Room, RoomListItem }

// Checks that JSON Schema cannot express (text rules, metadata's limits) are left out; the server enforces them all the
// same.
const config = {
  definitions: rows,
  errorMode: 'ignore',
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const

const schema = (value: Schema) => {
  const { $schema: _, $defs: __, ...json } = toJsonSchema(value, config)
  return json
}

const pascal = (event: string) =>
  event.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())

/**
 * The AsyncAPI 3 document of the wire: one channel, an operation per client event with its ack as reply, and one per
 * server event.
 */
export function asyncApi(version: string) {
  const messages: Record<string, unknown> = { Refusal: { name: 'refusal', payload: schema(ErrorAck) } }
  const operations: Record<string, unknown> = {}
  const ref = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` })
  for (const [event, { payload, ack }] of Object.entries(clientEvents)) {
    const name = pascal(event)
    messages[name] = { name: event, payload: schema(payload) }
    messages[`${name}Ack`] = { name: `${event} ack`, payload: schema(ack) }
    operations[`send${name}`] = {
      action: 'receive',
      channel: { $ref: '#/channels/socket' },
      messages: [ref(name)],
      reply: { channel: { $ref: '#/channels/socket' }, messages: [ref(`${name}Ack`), ref('Refusal')] },
    }
  }
  for (const [event, payload] of Object.entries(serverEvents)) {
    const name = `On${pascal(event)}`
    messages[name] = { name: event, payload: schema(payload) }
    operations[`receive${pascal(event)}`] = {
      action: 'send',
      channel: { $ref: '#/channels/socket' },
      messages: [ref(name)],
    }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Roomful',
      version,
      description:
        'Socket.IO 4, default namespace. Each payload is one object; each client event takes an ack.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: { socket: { address: '/', messages } },
    operations,
    components: { schemas: toJsonSchemaDefs(rows, config) },
  }
}
