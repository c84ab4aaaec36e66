import { ChatError } from '@roomful/client'
import { expect, test } from 'vitest'
import { fileErrorText, sizeText } from './file-text'

test('sizes are as people know them', () => {
  expect([0, 999, 1_000, 12_345, 1_260_000, 2_500_000_000].map(sizeText)).toEqual([
    ...['0 bytes', '999 bytes', '1.0 KB', '12 KB', '1.3 MB', '2.5 GB'],
  ])
})

test('a refusal speaks of a file', () => {
  const large = new ChatError('PAYLOAD_TOO_LARGE', 'large', { limit: 10_485_760 })
  expect(fileErrorText(large)).toBe('The file is too large: at most 10 MB.')
  expect(fileErrorText(new ChatError('REFUSED', 'no', { reason: 'It has a virus' }))).toBe('It has a virus')
  expect(fileErrorText(new ChatError('MUTED', 'muted'))).toBe('You are muted in this room.')
})
