import { MarkCounter, TextConnection } from './line-reader'
import { type BenchMember, type EnterRoom, ROOM, TEXT } from './member'

const DOMAIN = 'localhost'
export const ROOMS_DOMAIN = `rooms.${DOMAIN}`
const ADDRESS = `${ROOM}@${ROOMS_DOMAIN}`
const OPEN = `<?xml version='1.0'?><stream:stream to='${DOMAIN}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`

/** In a multi-user chat (XEP-0045). The room's copy of a message to its sender is the acknowledgement. */
export const enterByXmpp: EnterRoom = async (url, name) => {
  const connection = await TextConnection.open(url)
  connection.write(OPEN)
  await connection.awaitText('</stream:features>')
  connection.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>")
  await connection.awaitText('<success')
  connection.write(OPEN)
  await connection.awaitText('</stream:features>')
  connection.write("<iq type='set' id='bind-1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
  await connection.awaitText('bind-1')
  const history = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>"
  connection.write(`<presence to='${ADDRESS}/${name}'>${history}</presence>`)
  // The last one of a join: the room's subject.
  await connection.awaitText('<subject')
  return new XmppMember(connection, name)
}

class XmppMember implements BenchMember {
  deliveries = 0
  readonly #bodies = new MarkCounter('<body>')
  readonly #acks = new Map<string, () => void>()
  #sent = 0
  #text = ''

  constructor(
    readonly connection: TextConnection,
    readonly name: string,
  ) {
    connection.onBytes = (bytes) => {
      this.deliveries += this.#bodies.count(bytes)
      if (this.#acks.size > 0) this.#readAcks(bytes)
    }
  }

  send(): Promise<void> {
    const id = `${this.name}-${this.#sent++}`
    return new Promise((resolve) => {
      this.#acks.set(id, resolve)
      const body = `<body>${TEXT}</body>`
      this.connection.write(`<message type='groupchat' to='${ADDRESS}' id='${id}'>${body}</message>`)
    })
  }

  leave(): void {
    this.connection.close()
  }

  #readAcks(bytes: Buffer): void {
    this.#text += bytes.toString('latin1')
    const end = this.#text.lastIndexOf('</message>')
    if (end < 0) return
    for (const [, id = ''] of this.#text.slice(0, end).matchAll(/\bid=['"]([^'"]+)['"]/g)) {
      this.#acks.get(id)?.()
      this.#acks.delete(id)
    }
    this.#text = this.#text.slice(end)
  }
}
