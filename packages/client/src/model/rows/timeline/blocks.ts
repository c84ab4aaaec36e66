import type { Message } from '@roomful/protocol'
import type { Range } from './ranges'

/** Messages of one `floor(seq / 128)`: the unit of copying in memory and of a record on disk. */
export const CHUNK_BITS = 7
export const CHUNK_SIZE = 2 ** CHUNK_BITS
/** Chunks a block: with it the index of 100,000 rows is 25 blocks, so no copy grows with the room. */
const BLOCK_SIZE = 32

/** 128 slots by `seq % 128`; an empty slot is a seq without a row. */
type Chunk = readonly (Message | undefined)[]
/** 32 chunks by `chunk % 32`. A block or chunk without a row does not exist. */
export type Block = { readonly index: number; readonly chunks: readonly (Chunk | undefined)[] }
/** Sorted by index, sparse: two windows far apart cost no more than two side by side. */
export type Blocks = readonly Block[]

/** By division, not by `>>`: a shift would fold seqs past 2^31 onto others. */
export const chunkOf = (seq: number): number => Math.floor(seq / CHUNK_SIZE)
const blockOf = (chunk: number): number => Math.floor(chunk / BLOCK_SIZE)

/** Where a block with this index is, or would be inserted. */
function positionOf(blocks: Blocks, index: number): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.index ?? 0) < index) low = middle + 1
    else high = middle
  }
  return low
}

function blockAt(blocks: Blocks, index: number): Block | undefined {
  // With no hole between the blocks the place is known without a search.
  const guess = blocks[index - (blocks[0]?.index ?? 0)]
  if (guess?.index === index) return guess
  const block = blocks[positionOf(blocks, index)]
  return block?.index === index ? block : undefined
}

export function chunkIn(blocks: Blocks, chunk: number): Chunk | undefined {
  return blockAt(blocks, blockOf(chunk))?.chunks[chunk % BLOCK_SIZE]
}

export function slotIn(blocks: Blocks, seq: number): Message | undefined {
  return chunkIn(blocks, chunkOf(seq))?.[seq % CHUNK_SIZE]
}

/** Writes rows (`undefined` empties a slot) and shares every block and chunk that has none of them. */
export function withSlots(blocks: Blocks, slots: ReadonlyMap<number, Message | undefined>): Blocks {
  const next = [...blocks]
  const ownBlocks = new Map<number, (Chunk | undefined)[]>()
  const ownChunks = new Map<number, (Message | undefined)[]>()
  const emptied: number[] = []
  for (const [seq, row] of slots) {
    const chunk = chunkOf(seq)
    let own = ownChunks.get(chunk)
    if (own === undefined) {
      const index = blockOf(chunk)
      let chunks = ownBlocks.get(index)
      if (chunks === undefined) {
        chunks = blockAt(next, index)?.chunks.slice() ?? Array.from({ length: BLOCK_SIZE }, () => undefined)
        ownBlocks.set(index, chunks)
        putBlock(next, { index, chunks })
      }
      own = chunks[chunk % BLOCK_SIZE]?.slice() ?? Array.from({ length: CHUNK_SIZE }, () => undefined)
      chunks[chunk % BLOCK_SIZE] = own
      ownChunks.set(chunk, own)
    }
    own[seq % CHUNK_SIZE] = row
    if (row === undefined) emptied.push(chunk)
  }
  return emptied.length === 0 ? next : pruned(next, ownBlocks)
}

function putBlock(blocks: Block[], block: Block): void {
  const position = positionOf(blocks, block.index)
  blocks.splice(position, blocks[position]?.index === block.index ? 1 : 0, block)
}

/** Takes out the chunks of these fresh blocks that have no row left, and the blocks without a chunk. */
function pruned(blocks: Blocks, fresh: ReadonlyMap<number, (Chunk | undefined)[]>): Blocks {
  for (const chunks of fresh.values())
    chunks.forEach((chunk, i) => {
      if (chunk?.every((row) => row === undefined)) chunks[i] = undefined
    })
  return blocks.filter((block) => block.chunks.some((chunk) => chunk !== undefined))
}

/** Empties a range. Whole blocks and chunks are dropped without reading their rows; at most two chunks are copied. */
export function withoutSlots(blocks: Blocks, range: Range): Blocks {
  return blocks.flatMap((block) => {
    const span = spanOf(block.index, BLOCK_SIZE * CHUNK_SIZE)
    if (span.to < range.from || range.to < span.from) return [block]
    if (range.from <= span.from && span.to <= range.to) return []
    const chunks = block.chunks.map((chunk, i) =>
      chunk === undefined ? undefined : cutChunk(chunk, block.index * BLOCK_SIZE + i, range),
    )
    return chunks.some((chunk) => chunk !== undefined) ? [{ index: block.index, chunks }] : []
  })
}

function cutChunk(chunk: Chunk, index: number, range: Range): Chunk | undefined {
  const span = spanOf(index, CHUNK_SIZE)
  if (span.to < range.from || range.to < span.from) return chunk
  const cut = chunk.map((row) => (row && range.from <= row.seq && row.seq <= range.to ? undefined : row))
  return cut.some((row) => row !== undefined) ? cut : undefined
}

const spanOf = (index: number, size: number): Range => ({ from: index * size, to: (index + 1) * size - 1 })

/** Calls `visit` for each row of the range, ascending. Costs what is held in it, however wide it is. */
export function visitRows(blocks: Blocks, range: Range, visit: (row: Message) => void): void {
  const first = chunkOf(range.from)
  const last = chunkOf(range.to)
  for (let i = positionOf(blocks, blockOf(first)); i < blocks.length; i++) {
    const block = blocks[i]
    if (block === undefined || block.index > blockOf(last)) return
    const base = block.index * BLOCK_SIZE
    for (let j = Math.max(0, first - base); j < Math.min(BLOCK_SIZE, last - base + 1); j++)
      for (const row of block.chunks[j] ?? [])
        if (row !== undefined && range.from <= row.seq && row.seq <= range.to) visit(row)
  }
}

/** Rows of the range that pass, from the newest down, until `most` are found: slot by slot, without a search for each. */
export function countNewest(
  blocks: Blocks,
  range: Range,
  most: number,
  passes: (row: Message) => boolean,
): number {
  let count = 0
  for (let index = chunkOf(range.to); index >= chunkOf(range.from) && count < most; index--) {
    const chunk = chunkIn(blocks, index)
    if (chunk === undefined) continue
    const lowest = Math.max(0, range.from - index * CHUNK_SIZE)
    for (let slot = Math.min(CHUNK_SIZE - 1, range.to - index * CHUNK_SIZE); slot >= lowest; slot--) {
      const row = chunk[slot]
      if (row !== undefined && passes(row) && ++count === most) return count
    }
  }
  return count
}

/** The newest row that passes. */
export function newestIn(blocks: Blocks, passes: (row: Message) => boolean): Message | undefined {
  for (let i = blocks.length - 1; i >= 0; i--)
    for (let j = BLOCK_SIZE - 1; j >= 0; j--) {
      const row = blocks[i]?.chunks[j]?.findLast((held) => held !== undefined && passes(held))
      if (row !== undefined) return row
    }
  return undefined
}

/** Indexes of the chunks that differ by reference, ascending. Shared blocks are skipped whole. */
export function differingChunks(before: Blocks, after: Blocks): number[] {
  const found: number[] = []
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    const [a, b] = [before[i], after[j]]
    const index = Math.min(a?.index ?? Number.POSITIVE_INFINITY, b?.index ?? Number.POSITIVE_INFINITY)
    const old = a?.index === index ? a : undefined
    const now = b?.index === index ? b : undefined
    if (old) i++
    if (now) j++
    if (old === now) continue
    for (let k = 0; k < BLOCK_SIZE; k++)
      if (old?.chunks[k] !== now?.chunks[k]) found.push(index * BLOCK_SIZE + k)
  }
  return found
}
