import type { Key, Point } from './port'

/** A command that the driver refuses. */
export class WebDriverError extends Error {
  override readonly name = 'WebDriverError'

  constructor(
    /** As in the table of the standard: `no such window`, `invalid session id`, … */
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`)
  }
}

type Started = { readonly sessionId: string; readonly capabilities: { readonly browserVersion: string } }
type Answer = { readonly value: unknown }
type Failure = { readonly error: string; readonly message: string }

/** Its table of normalised key values; all others are the character itself. */
const KEY_CODES: Partial<Record<Key, string>> = {
  ...{ ArrowDown: '\uE015', ArrowLeft: '\uE012', ArrowRight: '\uE014', ArrowUp: '\uE013', Control: '\uE009' },
  ...{ Delete: '\uE017', End: '\uE010', Enter: '\uE007', Escape: '\uE00C', Home: '\uE011', Shift: '\uE008' },
  Tab: '\uE004',
}

/** A session of W3C WebDriver, over HTTP. Source: w3.org/TR/webdriver2, for every name here. */
export class WebDriverSession {
  private constructor(
    readonly url: string,
    readonly browserVersion: string,
  ) {}

  /** `driver`: where it listens. */
  static async start(driver: string, capabilities: Record<string, unknown>): Promise<WebDriverSession> {
    const started = await command('POST', `${driver}/session`, {
      capabilities: { alwaysMatch: capabilities },
    })
    const { sessionId, capabilities: found } = started as Started
    return new WebDriverSession(`${driver}/session/${sessionId}`, found.browserVersion)
  }

  setTimeouts(timeouts: { readonly script: number; readonly pageLoad: number }): Promise<unknown> {
    return this.#post('/timeouts', timeouts)
  }

  async newWindow(): Promise<string> {
    return ((await this.#post('/window/new', { type: 'window' })) as { handle: string }).handle
  }

  async currentWindow(): Promise<string> {
    return (await command('GET', `${this.url}/window`)) as string
  }

  switchTo(handle: string): Promise<unknown> {
    return this.#post('/window', { handle })
  }

  closeWindow(): Promise<unknown> {
    return command('DELETE', `${this.url}/window`)
  }

  navigate(url: string): Promise<unknown> {
    return this.#post('/url', { url })
  }

  back(): Promise<unknown> {
    return this.#post('/back', {})
  }

  refresh(): Promise<unknown> {
    return this.#post('/refresh', {})
  }

  /** The script's last argument is the callback for its result. */
  execute(script: string, args: readonly unknown[]): Promise<unknown> {
    return this.#post('/execute/async', { script, args })
  }

  async cookies(): Promise<readonly { readonly name: string; readonly value: string }[]> {
    return (await command('GET', `${this.url}/cookie`)) as { name: string; value: string }[]
  }

  pointer({ x, y }: Point, presses: boolean): Promise<unknown> {
    const press = [
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ]
    const actions = [
      { type: 'pointerMove', duration: 0, origin: 'viewport', x, y },
      ...(presses ? press : []),
    ]
    return this.#post('/actions', { actions: [{ type: 'pointer', id: 'mouse', actions }] })
  }

  keys(text: string): Promise<unknown> {
    const actions = [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ])
    return this.#post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** All of them down in this order, then up again. */
  chord(keys: readonly Key[]): Promise<unknown> {
    const values = keys.map((key) => KEY_CODES[key] ?? key)
    const actions = [
      ...values.map((value) => ({ type: 'keyDown', value })),
      ...values.toReversed().map((value) => ({ type: 'keyUp', value })),
    ]
    return this.#post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  /** PNG. */
  async screenshot(): Promise<Uint8Array> {
    return Buffer.from((await command('GET', `${this.url}/screenshot`)) as string, 'base64')
  }

  end(): Promise<unknown> {
    return command('DELETE', this.url)
  }

  #post(path: string, body: unknown): Promise<unknown> {
    return command('POST', `${this.url}${path}`, body)
  }
}

async function command(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as Answer
  if (response.ok) return value
  const { error, message } = value as Failure
  throw new WebDriverError(error, message)
}
