import type { Packet } from 'socket.io-parser'
import { expect, test } from 'vitest'
import { frameLimitParser } from './frame-limit'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const frame = (n: number, length = 0): string => `2["send-message",${n},"${'x'.repeat(length)}"]`

function connection(parser: ReturnType<typeof frameLimitParser>) {
  const decoder = new parser.Decoder()
  const packets: Packet[] = []
  decoder.on('decoded', (packet: Packet) => packets.push(packet))
  return { decoder, packets, numbers: () => packets.map(({ data }) => data[1]) }
}

test('P12: a large frame is parsed in a later turn, and those behind it on its connection stay behind it', async () => {
  const parser = frameLimitParser()
  const [one, other] = [connection(parser), connection(parser)]
  one.decoder.add(frame(1))
  one.decoder.add(frame(2, 50_000))
  one.decoder.add(frame(3))
  other.decoder.add(frame(4))
  expect([one.numbers(), other.numbers()]).toEqual([[1], [4]])
  for (let n = 0; n < 10; n++) await turn()
  expect(one.numbers()).toEqual([1, 2, 3])
  one.decoder.add(frame(5))
  expect(one.numbers()).toEqual([1, 2, 3, 5])
})

test('P12: large frames of many connections are not parsed in one turn', async () => {
  const parser = frameLimitParser()
  const connections = Array.from({ length: 400 }, () => connection(parser))
  for (const { decoder } of connections) decoder.add(frame(1, 60_000))
  const parsed = (): number => connections.filter(({ packets }) => packets.length > 0).length
  await turn()
  expect(parsed()).toBeGreaterThan(0)
  expect(parsed()).toBeLessThan(400)
  for (let n = 0; n < 1_000 && parsed() < 400; n++) await turn()
  expect(parsed()).toBe(400)
})

test('P10: a large frame that cannot be parsed ends its connection, as a small one does', async () => {
  const { decoder, packets } = connection(frameLimitParser())
  decoder.add(`2["send-message",${'x'.repeat(50_000)}`)
  for (let n = 0; n < 10; n++) await turn()
  // Of no namespace: Socket.IO closes the connection on it.
  expect(packets).toMatchObject([{ nsp: '' }])
})

test('P11: a connection has at most 50 large frames waiting; of one that has ended none is parsed', async () => {
  const { decoder, packets } = connection(frameLimitParser())
  for (let n = 0; n < 50; n++) decoder.add(frame(n, 60_000))
  expect(() => decoder.add(frame(50, 60_000))).toThrow('too many large frames')
  decoder.destroy()
  for (let n = 0; n < 200; n++) await turn()
  expect(packets).toEqual([])
})
