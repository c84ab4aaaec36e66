/** Runs in the page: records each message of the outbox whose transaction the browser has reported complete. */
export function watchDisk(): void {
  const { note } = window as unknown as { note(kind: string, value: unknown): void }
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (...args) {
    const text = JSON.stringify(args[0]).match(/"content":"([^"]+)"/)?.[1]
    if (this.name === 'entries' && text)
      this.transaction.addEventListener('complete', () => note('kept', text))
    return put.apply(this, args)
  }
}
