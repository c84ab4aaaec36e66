import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ChatEvent } from '@roomful/server'
import { Webhook } from 'standardwebhooks'

export type Answer = 'takes' | 'fails' | 'hangs'

/** The backend of an app: it checks each call with the public library, and takes it, or does not. */
export class Receiver {
  readonly secret = `whsec_${Buffer.alloc(32, 'receiver').toString('base64')}`
  /** Events as they were taken for the first time. */
  readonly taken: ChatEvent[] = []
  readonly ids = new Set<string>()
  calls = 0
  repeats = 0
  readonly faults: string[] = []
  #server: Server | undefined
  #port = 0

  /** `answer`: to the call with this number. */
  constructor(private readonly answer: (call: number) => Answer = () => 'takes') {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}/events`
  }

  get webhooks(): string {
    return JSON.stringify([{ id: 'app', url: this.url, secrets: [this.secret] }])
  }

  /** At the same address each time. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void text(request).then(
        (body) => this.#receive(body, request.headers, response),
        // The server was killed while it sent.
        () => response.destroy(),
      )
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    const address = server.address()
    this.#port = typeof address === 'object' && address ? address.port : 0
    this.#server = server
  }

  /** With all connections, whatever is under way on them. */
  async kill(): Promise<void> {
    const server = this.#server
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
    server?.closeAllConnections()
    await closed
  }

  #receive(body: string, headers: IncomingHttpHeaders, response: ServerResponse): void {
    const answer = this.answer(++this.calls)
    const id = String(headers['webhook-id'])
    try {
      const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      const event = new Webhook(this.secret).verify(body, signed) as ChatEvent
      if (event.id !== id) this.faults.push(`${id} has the body of ${event.id}`)
      if (answer === 'takes') this.#take(event)
    } catch (error) {
      this.faults.push(`${id}: ${String(error)}`)
    }
    if (answer !== 'hangs') response.writeHead(answer === 'takes' ? 204 : 500).end()
  }

  #take(event: ChatEvent): void {
    if (this.ids.has(event.id)) {
      this.repeats++
      return
    }
    this.ids.add(event.id)
    this.taken.push(event)
  }
}
