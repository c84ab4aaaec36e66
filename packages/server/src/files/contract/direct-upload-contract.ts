import { describe, expect, test } from 'vitest'
import type { DirectUploads, FileStore } from '../file-store'

const HOUR_MS = 3_600_000
const KEY = `${'ab'.repeat(16)}/5-${'0'.repeat(64)}-${'1'.repeat(16)}`

/** For stores that clients upload to; the others have nothing to hold. */
export function directUploadContract(store: () => FileStore): void {
  describe('uploads past the server', () => {
    const send = async (direct: DirectUploads, size: number, content: string): Promise<Response> => {
      const { url, headers } = await direct.address(KEY, size, HOUR_MS)
      return fetch(url, { method: 'PUT', headers, body: content })
    }
    const read = async (direct: DirectUploads): Promise<string | undefined> => {
      const body = await direct.received(KEY)
      return body && new Response(body).text()
    }
    const all = async (): Promise<string[]> => {
      const ids: string[] = []
      for await (const id of store().olderThan(Date.now() + HOUR_MS)) ids.push(id)
      return ids
    }

    test('what a client sends is received, and is no file yet', async () => {
      const { direct } = store()
      if (!direct) return
      expect(await direct.received(KEY)).toBeUndefined()
      expect((await send(direct, 5, 'a cat')).ok).toBe(true)
      expect(await read(direct)).toBe('a cat')
      expect(await store().find(KEY.slice(33))).toBeUndefined()
      expect(await all()).toEqual([])
      await direct.discard(KEY)
      expect(await direct.received(KEY)).toBeUndefined()
      await direct.discard(KEY)
    })

    test.each(['a ca', 'a cat!'])('%j is refused: it is not as long as announced', async (content) => {
      const { direct } = store()
      if (!direct) return
      expect((await send(direct, 5, content)).ok).toBe(false)
      expect(await direct.received(KEY)).toBeUndefined()
    })

    test('an address that has expired is refused', async () => {
      const { direct } = store()
      if (!direct) return
      const { url, headers } = await direct.address(KEY, 5, -1_000)
      expect((await fetch(url, { method: 'PUT', headers, body: 'a cat' })).ok).toBe(false)
    })

    test('names what was sent before a time, and nothing else', async () => {
      const { direct } = store()
      if (!direct) return
      const keys = async (beforeMs: number): Promise<string[]> => {
        const found: string[] = []
        for await (const key of direct.olderThan(beforeMs)) found.push(key)
        return found
      }
      expect(await keys(Date.now() + HOUR_MS)).toEqual([])
      await send(direct, 5, 'a cat')
      expect(await keys(Date.now() - HOUR_MS)).toEqual([])
      expect(await keys(Date.now() + HOUR_MS)).toEqual([KEY])
      await direct.discard(KEY)
      expect(await keys(Date.now() + HOUR_MS)).toEqual([])
    })
  })
}
