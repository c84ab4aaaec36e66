// Sends the rows of a CSV file (name,text) as messages, in order. Run again after a failure, it goes on where it was.
import { readFile } from 'node:fs/promises'
import { args, keyOf, withChat } from './with-chat.mjs'

const [roomId, file] = args('room', 'file')
const CELL = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g
const cellsOf = (line) => [...line.matchAll(CELL)].map((cell) => (cell[1] ?? cell[2]).replaceAll('""', '"'))

await withChat(async (chat, signal) => {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '')
  for (let at = 0; at < lines.length && !signal.aborted; at += 50) {
    // In one commit each; the key has the line's number, for the same text may stand there twice.
    const messages = lines.slice(at, at + 50).map((line, i) => {
      const [name, text] = cellsOf(line)
      return { content: `${name}: ${text}`, clientId: keyOf('csv', roomId, at + i, line) }
    })
    const { results } = await chat.request('send-messages', { roomId, messages }, { signal })
    const failed = results.find((result) => !result.ok)
    if (failed) throw Object.assign(new Error(`${file}: ${failed.error}`), { code: failed.code })
    console.log(`${Math.min(at + 50, lines.length)} of ${lines.length}`)
  }
})
