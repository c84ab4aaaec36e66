import type { TestPage } from './engine/port'

/** What a page's databases hold, read without the client: the records of each store, as text. */
export const onDisk = (page: TestPage): Promise<Readonly<Record<string, string>>> => page.evaluate(readAll)

/** Runs in the page. */
async function readAll(): Promise<Record<string, string>> {
  const read = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const found: Record<string, string> = {}
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await read(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      const records = await read(database.transaction(store).objectStore(store).getAll())
      found[store] = `${found[store] ?? name} ${JSON.stringify(records)}`
    }
    database.close()
  }
  return found
}
