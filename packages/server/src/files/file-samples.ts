// One small file of each kind, for tests.
import type { FileKindName } from './file-kinds'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const base64 = (text: string): Buffer => Buffer.from(text, 'base64')

/** The first box of the ISO formats: MP4, M4A, HEIC. */
const brand = (name: string): Buffer =>
  Buffer.concat([latin1(`\0\0\0\x18ftyp${name}\0\0\0\0${name}isom`), latin1('\0\0\0\x08free')])

/** An archive whose entries are stored as they are. */
function archive(entries: Readonly<Record<string, string>>): Buffer {
  const [files, index]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const [name, text] of Object.entries(entries)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)]
    const head = Buffer.alloc(30)
    head.write('PK\x03\x04', 'latin1')
    head.writeUInt16LE(20, 4)
    head.writeUInt32LE(content.length, 18)
    head.writeUInt32LE(content.length, 22)
    head.writeUInt16LE(path.length, 26)
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 'latin1')
    entry.writeUInt32LE(content.length, 20)
    entry.writeUInt32LE(content.length, 24)
    entry.writeUInt16LE(path.length, 28)
    entry.writeUInt32LE(offset, 42)
    files.push(head, path, content)
    index.push(entry, path)
    offset += head.length + path.length + content.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(index.length / 2, 8)
  end.writeUInt16LE(index.length / 2, 10)
  end.writeUInt32LE(Buffer.concat(index).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, ...index, end])
}

const office = (part: string): Buffer => {
  const type = `application/vnd.openxmlformats-officedocument.${part}.main+xml`
  return archive({
    '[Content_Types].xml': `<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="${type}"/></Types>`,
    'main.xml': '<main/>',
  })
}

/** A picture of one pixel. */
export const PNG = base64(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
)

export const FILE_SAMPLES: Readonly<Record<FileKindName, Buffer>> = {
  png: PNG,
  jpeg: base64('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////2Q=='),
  gif: base64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'),
  webp: base64('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA'),
  avif: brand('avif'),
  heic: brand('heic'),
  pdf: latin1('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n'),
  mp4: brand('mp42'),
  webm: Buffer.concat([latin1('\x1a\x45\xdf\xa3\x87\x42\x82\x84webm'), Buffer.alloc(16)]),
  mp3: latin1('ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x64\0\0\0\0\0\0\0\0'),
  ogg: Buffer.concat([latin1('OggS\0\x02'), Buffer.alloc(22), latin1('OpusHead\x01\x02'), Buffer.alloc(40)]),
  m4a: brand('M4A '),
  zip: archive({ 'notes.md': 'hello' }),
  docx: office('wordprocessingml.document'),
  xlsx: office('spreadsheetml.sheet'),
  pptx: office('presentationml.presentation'),
  text: Buffer.from('Grüße, 日本\n'),
}
