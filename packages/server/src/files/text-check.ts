/** Checks that all of it is text: UTF-8, and no control characters but white space. Fed in chunks. */
export class TextCheck {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #isText = true

  add(piece: Uint8Array): void {
    this.#take(() => this.#decoder.decode(piece, { stream: true }))
  }

  end(): boolean {
    this.#take(() => this.#decoder.decode())
    return this.#isText
  }

  #take(decode: () => string): void {
    if (!this.#isText) return
    try {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      this.#isText = !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(decode())
    } catch {
      this.#isText = false
    }
  }
}
