import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from '../options'
import { FILE_SAMPLES } from './file-samples'
import { type Images, openImages } from './images'

let folder = ''
let images: Images
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-images-'))
  images = await openImages([])
})
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const onDisk = (content: Uint8Array): string => {
  const path = join(folder, String(++files))
  writeFileSync(path, content)
  return path
}
const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 40 } } })
const taken = {
  IFD0: { Artist: 'Ann', Copyright: 'Ann' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' },
}
/** As of a phone that is held upright: the picture lies on its side, and says so. */
const photo = () => blank(40, 20).withExif(taken).withMetadata({ orientation: 6, exif: taken })

describe('a picture without its metadata', () => {
  test.each(['jpeg', 'webp', 'avif', 'png'] as const)(
    '%s is upright, and says nothing of its making',
    async (format) => {
      const original = await photo().toFormat(format).toBuffer()
      expect((await sharp(original).metadata()).exif).toBeDefined()
      const stripped = await images.stripped(onDisk(original), `image/${format}`)
      const facts = await sharp(stripped).metadata()
      expect([facts.format === 'heif' ? 'avif' : facts.format, facts.exif, facts.xmp]).toEqual([
        ...[format, undefined, undefined],
      ])
      // Of AVIF sharp has turned it when it wrote the orientation.
      expect([facts.width, facts.height].sort()).toEqual([20, 40])
      expect(Buffer.from(stripped ?? []).includes('Ann')).toBe(false)
    },
  )

  test.each(['gif', 'webp'] as const)('an animated %s stays one', async (format) => {
    const frames = await Promise.all(
      [blank(8, 8), blank(8, 8).negate()].map((frame) => frame.png().toBuffer()),
    )
    const animated = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer()
    const stripped = await images.stripped(onDisk(animated), `image/${format}`)
    expect((await sharp(stripped).metadata()).pages).toBe(2)
  })

  test('is none where it cannot be read', async () => {
    const half = (await photo().jpeg().toBuffer()).subarray(0, 300)
    expect(await images.stripped(onDisk(half), 'image/jpeg')).toBeUndefined()
    expect(await images.stripped(onDisk(FILE_SAMPLES.pdf), 'image/png')).toBeUndefined()
  })
})

describe('a thumbnail', () => {
  test('is a WebP picture that fits, upright and without metadata', async () => {
    const original = await blank(600, 300).withMetadata({ orientation: 6, exif: taken }).jpeg().toBuffer()
    const facts = await sharp(await images.thumbnail(onDisk(original), 160)).metadata()
    expect(facts).toMatchObject({ format: 'webp', width: 80, height: 160 })
    expect(facts.exif).toBeUndefined()
  })

  test('is no larger than the picture', async () => {
    const small = await blank(30, 10).png().toBuffer()
    expect(await sharp(await images.thumbnail(onDisk(small), 1280)).metadata()).toMatchObject({
      width: 30,
      height: 10,
    })
  })

  test('is none of what is no picture, nor of one that would fill the memory', async () => {
    expect(await images.thumbnail(onDisk(FILE_SAMPLES.text), 160)).toBeUndefined()
    const bomb = Buffer.from(FILE_SAMPLES.png)
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    expect(await images.thumbnail(onDisk(bomb), 160)).toBeUndefined()
  })
})

test('where sharp is missing, the settings that need it are named', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const opening = openImages(['--thumbnails'], () => Promise.reject(missing))
  await expect(opening).rejects.toThrow('--thumbnails: the package sharp is not installed: npm install sharp')
  await expect(opening).rejects.toBeInstanceOf(ConfigError)
})
