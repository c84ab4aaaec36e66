import type { ErrorAck } from '@roomful/protocol'
import { decodePacket, type Packet as EnginePacket, encodePacket } from 'engine.io-parser'
import { Decoder, Encoder, PacketType, type Packet as SocketPacket } from 'socket.io-parser'
import { nextTurn } from '../world/drain'
import type { ClientEnd, Link } from '../world/link'

/** The end of a socket that msw hands out. */
export type MockedClient = {
  send(data: string): void
  close(): void
  addEventListener(event: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(event: 'close', listener: () => void): void
}

/** A connection as it was accepted; a refusal; undefined where no server answers. */
export type Dialled = Link | ErrorAck | undefined

/** Twelve days: whether a connection is alive is decided by the world's faults, so it has no pings. */
const PING_INTERVAL_MS = 2 ** 30
const MAX_PAYLOAD = 1e6

/**
 * Speaks Engine.IO 4 and Socket.IO 5 with one client, and passes its events to a connection of the world.
 *
 *   opened ──CONNECT──▶ dialling ──▶ connected ──either end──▶ closed
 *                          ╰── refused, no server ──────────────▲
 */
export function serveSocket(
  client: MockedClient,
  sid: string,
  dial: (auth: unknown, end: ClientEnd) => Promise<Dialled>,
): void {
  let link: Link | undefined
  let isOpen = true
  const encoder = new Encoder()
  const decoder = new Decoder()

  const write = (packet: EnginePacket): void =>
    encodePacket(packet, false, (text: string) => {
      if (isOpen) client.send(text)
    })
  const emit = (packet: SocketPacket): void => {
    for (const data of encoder.encode(packet)) write({ type: 'message', data })
  }
  const hangUp = (): void => {
    if (!isOpen) return
    isOpen = false
    // msw delivers what is sent a moment later, and nothing once the socket is closing.
    void nextTurn().then(() => client.close())
  }
  const refuse = (refusal: unknown): void => {
    emit({ type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'Refused', data: refusal } })
    hangUp()
  }
  const end: ClientEnd = {
    onConnected: () => emit({ type: PacketType.CONNECT, nsp: '/', data: { sid } }),
    onEvent: (event, payload) => emit({ type: PacketType.EVENT, nsp: '/', data: [event, payload] }),
    onAnswer: (id, answer) => emit({ type: PacketType.ACK, nsp: '/', id, data: [answer] }),
    onRefused: refuse,
    onDown: hangUp,
  }

  async function connect(auth: unknown): Promise<void> {
    const dialled = await dial(auth, end)
    if (dialled === undefined) return hangUp()
    if ('ok' in dialled) return refuse(dialled)
    link = dialled
    if (!isOpen) link.hangUp()
  }

  decoder.on('decoded', ({ type, data, id }: SocketPacket) => {
    if (type === PacketType.CONNECT) void connect(data)
    else if (type === PacketType.EVENT) link?.request(String(data[0]), data[1], id ?? null)
    else if (type === PacketType.DISCONNECT) hangUp()
  })
  client.addEventListener('message', ({ data }) => {
    const packet = decodePacket(data, 'arraybuffer')
    if (packet.type === 'message') decoder.add(packet.data)
    else if (packet.type === 'close') hangUp()
  })
  client.addEventListener('close', () => {
    isOpen = false
    link?.hangUp()
  })
  const handshake = {
    sid,
    upgrades: [],
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: 0,
    maxPayload: MAX_PAYLOAD,
  }
  write({ type: 'open', data: JSON.stringify(handshake) })
}
