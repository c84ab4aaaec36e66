import { MarkCounter, TextConnection } from './line-reader'
import { type BenchMember, type EnterRoom, ROOM, TEXT } from './member'

const CREATE = JSON.stringify({ name: 'ROOM', subjects: [ROOM], storage: 'file', retention: 'limits' })
const ACK = /MSG _INBOX\.\S+\.(\d+) 2 +\d+\r\n(\{.*\})\r\n/g

/** A subject of JetStream. Its answer to a publish, once it is stored, is the acknowledgement. */
export const enterByNats: EnterRoom = async (url, name) => {
  const connection = await TextConnection.open(url)
  await connection.awaitText('INFO ')
  connection.write('CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n')
  await connection.awaitText('PONG')
  // The same stream for all: those after the first get it as it is.
  connection.write(`SUB _INBOX.${name}.create 9\r\n`)
  connection.write(`PUB $JS.API.STREAM.CREATE.ROOM _INBOX.${name}.create ${CREATE.length}\r\n${CREATE}\r\n`)
  await connection.awaitText('"config":')
  connection.write(`UNSUB 9\r\nSUB ${ROOM} 1\r\nSUB _INBOX.${name}.* 2\r\nPING\r\n`)
  await connection.awaitText('PONG')
  return new NatsMember(connection, name)
}

class NatsMember implements BenchMember {
  deliveries = 0
  readonly #messages = new MarkCounter(`MSG ${ROOM} 1 `)
  readonly #pings = new MarkCounter('PING\r\n')
  readonly #acks = new Map<string, (refused: string | undefined) => void>()
  #sent = 0
  #text = ''

  constructor(
    readonly connection: TextConnection,
    readonly name: string,
  ) {
    connection.onBytes = (bytes) => {
      this.deliveries += this.#messages.count(bytes)
      if (this.#pings.count(bytes) > 0) connection.write('PONG\r\n')
      if (this.#acks.size > 0) this.#readAcks(bytes)
    }
  }

  send(): Promise<void> {
    const id = String(this.#sent++)
    return new Promise((resolve, reject) => {
      this.#acks.set(id, (refused) => (refused === undefined ? resolve() : reject(new Error(refused))))
      this.connection.write(`PUB ${ROOM} _INBOX.${this.name}.${id} ${TEXT.length}\r\n${TEXT}\r\n`)
    })
  }

  leave(): void {
    this.connection.close()
  }

  #readAcks(bytes: Buffer): void {
    this.#text += bytes.toString('latin1')
    let end = 0
    for (const found of this.#text.matchAll(ACK)) {
      const [all, id = '', answer = ''] = found
      end = found.index + all.length
      this.#acks.get(id)?.(answer.includes('"error"') ? answer : undefined)
      this.#acks.delete(id)
    }
    // At most one incomplete answer is left to complete.
    this.#text = this.#text.slice(Math.max(end, this.#text.lastIndexOf('MSG _INBOX')))
  }
}
