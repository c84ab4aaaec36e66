import { expect, test } from 'vitest'
import { type Cell, type Snapshot, Versions, valueAt } from './versions'

function lengthOf(cell: Cell<number> | undefined): number {
  let length = 0
  for (let found = cell; found; found = found.before) length++
  return length
}

function writeTo(versions: Versions, cell: Cell<number> | undefined, value: number): Cell<number> {
  versions.begin()
  return versions.write(cell, value)
}

test('a snapshot sees the value as it was, however often it is written afterwards', () => {
  const versions = new Versions()
  let cell: Cell<number> | undefined
  const open: { snapshot: Snapshot; value: number | undefined }[] = [
    { snapshot: versions.openSnapshot(), value: undefined },
  ]
  for (let value = 1; value <= 20; value++) {
    cell = writeTo(versions, cell, value)
    if (value % 3 === 0) open.push({ snapshot: versions.openSnapshot(), value })
  }
  for (const { snapshot, value } of open) expect(valueAt(cell, snapshot)).toBe(value)
})

test('two snapshots of one moment are separate: closing one does not end the other', () => {
  const versions = new Versions()
  const [first, second] = [versions.openSnapshot(), versions.openSnapshot()]
  versions.closeSnapshot(first)
  expect(versions.hasReaders).toBe(true)
  versions.closeSnapshot(second)
  expect(versions.hasReaders).toBe(false)
})

test('without readers nothing old is kept', () => {
  const versions = new Versions()
  let cell = writeTo(versions, undefined, 1)
  const snapshot = versions.openSnapshot()
  for (let value = 2; value <= 10; value++) cell = writeTo(versions, cell, value)
  versions.closeSnapshot(snapshot)
  cell = writeTo(versions, cell, 11)
  expect(lengthOf(cell)).toBe(1)
})

test('under readers that overlap for ever a chain stays short (I15)', () => {
  const versions = new Versions()
  let cell = writeTo(versions, undefined, 0)
  let snapshot = versions.openSnapshot()
  for (let value = 1; value <= 1_000; value++) {
    cell = writeTo(versions, cell, value)
    const next = versions.openSnapshot()
    versions.closeSnapshot(snapshot)
    snapshot = next
    expect(valueAt(cell, snapshot)).toBe(value)
  }
  expect(lengthOf(cell)).toBeLessThan(5)
})
