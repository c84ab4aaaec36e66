import { setTimeout as delay } from 'node:timers/promises'
import type { ShownMessage } from '@roomful/client'
import { asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../world/app'
import type { Device } from '../world/device'
import { ROOM, Scene } from './scene'

/** What the client loads for files, and for tabs, with the first: after this it is there, and no virtual time passes with it. */
beforeAll(async () => {
  const scene = await Scene.of()
  const [browser, disk] = [scene.world.browserFor('browser'), scene.world.diskFor('browser')]
  scene.world.addDevice({ name: 'tab', user: 'ann', disk, browser }).start()
  scene
    .device('tab')
    .open(ROOM)
    .catch(() => {})
  scene.room('tab').sendFile(film())
  while (scene.truth.rows.length === 0) {
    await delay(1)
    await scene.pass(100)
  }
})

const film = (): File => new File(['frames '.repeat(100_000)], 'film.mp4', { type: 'video/mp4' })
const bytesOf = (file: Blob | undefined): Promise<string> | undefined => file?.text()

/** `ann` uploads, and is in the middle of it. */
async function uploading(options: Parameters<typeof Scene.of>[0] = {}): Promise<Scene> {
  const scene = await Scene.of(options)
  await scene.open('ann', 'bob')
  scene.room('ann').sendFile(film(), { content: 'my film' })
  await scene.pass(2_500)
  expect(shown(scene)).toMatchObject({ upload: { state: 'uploading', sentBytes: 350_000 } })
  return scene
}
const shown = (scene: Scene, name = 'ann'): ShownMessage | undefined => scene.room(name).messages().at(-1)

const OPERATOR: App = {
  auth: (_device, _program, token) => token({ admin: true }),
  started: () => {},
  opened: () => {},
  hasThrown: () => false,
}

/** What is on the disk of a file. */
const piecesOn = ({ disk }: Device): string[] =>
  [...(disk?.spaces.values() ?? [])].flatMap(({ records }) =>
    [...records.keys()].filter((path) => path.includes('"files"') || path.includes('"file/')),
  )

describe('in the middle of an upload', () => {
  test('a reload begins it again, from the bytes on the disk', async () => {
    const scene = await uploading()
    scene.device('ann').kill()
    await scene.pass(500)
    scene.device('ann').start()
    await scene.ends()
    expect(scene.texts('bob')).toEqual(['my film'])
    expect(shown(scene, 'bob')).toMatchObject({
      type: 'file',
      metadata: { fileId: 'file-1', name: 'film.mp4' },
    })
    expect(await bytesOf(scene.world.files.files[0]?.content)).toBe(await film().text())
    expect(piecesOn(scene.device('ann'))).toEqual([])
  })

  test('a reload on a full disk, which could keep no file, says that the file is lost', async () => {
    const scene = await Scene.of()
    await scene.open('ann')
    const { disk } = scene.device('ann')
    scene.room('ann').sendFile(film(), { content: 'my film' })
    await scene.until(() => disk?.hasEntry(shown(scene)?.key ?? '') === true)
    if (disk) disk.isFull = true
    await scene.pass(1_000)
    scene.device('ann').kill()
    if (disk) disk.isFull = false
    scene.device('ann').start()
    await scene.ends()
    expect(shown(scene)).toMatchObject({
      ...{ content: 'my film', status: 'failed', error: { code: 'FILE_LOST' } },
      upload: { state: 'failed' },
    })
    expect(scene.truth.rows).toEqual([])
  })

  test('a reload after the disk was full begins it again: it is kept as soon as there is room', async () => {
    const scene = await Scene.of()
    await scene.open('ann', 'bob')
    const { disk } = scene.device('ann')
    scene.room('ann').sendFile(film(), { content: 'my film' })
    await scene.until(() => disk?.hasEntry(shown(scene)?.key ?? '') === true)
    if (disk) disk.isFull = true
    await scene.pass(500)
    expect(piecesOn(scene.device('ann'))).toEqual([])
    if (disk) disk.isFull = false
    await scene.pass(2_000)
    expect(shown(scene)).toMatchObject({ upload: { state: 'uploading' } })
    scene.device('ann').kill()
    scene.device('ann').start()
    await scene.ends()
    expect(scene.texts('bob')).toEqual(['my film'])
    expect(await bytesOf(scene.world.files.files[0]?.content)).toBe(await film().text())
    expect(piecesOn(scene.device('ann'))).toEqual([])
  })

  test('it can be cancelled, and nothing of it stays', async () => {
    const scene = await uploading()
    expect(piecesOn(scene.device('ann')).length).toBeGreaterThan(2)
    expect(scene.room('ann').cancel(shown(scene)?.key ?? '')).toBe(true)
    await scene.ends()
    expect([scene.room('ann').messages(), scene.world.files.files]).toEqual([[], []])
    expect(piecesOn(scene.device('ann'))).toEqual([])
  })

  test('a sign-out takes its bytes off the disk', async () => {
    const scene = await uploading()
    expect(piecesOn(scene.device('ann')).length).toBeGreaterThan(2)
    scene.device('ann').end((chat) => chat.signOut())
    await scene.pass(10_000)
    expect(piecesOn(scene.device('ann'))).toEqual([])
    expect(scene.world.files.files).toEqual([])
    scene.device('ann').newSession()
    scene.device('ann').start()
    await scene.ends()
    expect(scene.texts('bob')).toEqual([])
  })

  test('its user is kicked: it ends, and the message stays with them as failed', async () => {
    const scene = await uploading()
    const actor = { id: asUserId('bob'), name: 'bob', admin: true }
    const kick = { kind: 'kick', actor, at: scene.world.time.now, targetId: asUserId('ann') } as const
    const [node] = scene.world.nodes
    void node?.chatNode.services.pipeline.submitAll(asRoomId(ROOM), [
      { ...kick, messageId: asMessageId('kick-ann') },
    ])
    await scene.ends()
    expect(shown(scene)).toMatchObject({ content: 'my film', status: 'failed', upload: { state: 'failed' } })
    expect(scene.world.files.files).toEqual([])
  })

  test('its room is deleted: it ends, and the message stays with its user as failed', async () => {
    const scene = await uploading()
    const operator = scene.world.addDevice({ name: 'operator', user: 'cat', app: OPERATOR })
    operator.start()
    await scene.pass(500)
    void operator.chat.request('delete-room', { roomId: asRoomId(ROOM) })
    await scene.pass(10_000)
    expect(shown(scene)).toMatchObject({ content: 'my film', status: 'failed', upload: { state: 'failed' } })
    expect(scene.world.files.files).toEqual([])
  })

  test('the network goes, and comes back: it is one message', async () => {
    const scene = await uploading()
    const heal = scene.kit.faults.partition({ user: 'ann' })
    await scene.pass(20_000)
    expect(shown(scene)).toMatchObject({ upload: { state: 'waiting' } })
    heal()
    await scene.ends()
    expect(scene.texts('bob')).toEqual(['my film'])
  })

  test('texts are written, and are there before it', async () => {
    const scene = await uploading()
    scene.room('ann').send('a text')
    await scene.pass(500)
    expect(scene.texts('bob')).toEqual(['a text'])
    await scene.ends()
    expect(scene.texts('bob')).toEqual(['a text', 'my film'])
  })
})

test('an upload that is cut off, and one whose answer is lost, are one message in the end', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.world.files.fates.push('cut', 'lose the answer')
  scene.room('ann').sendFile(film(), { content: 'my film' })
  await scene.ends()
  expect(scene.world.files.begun).toBe(3)
  expect(scene.texts('bob')).toEqual(['my film'])
  expect(shown(scene, 'bob')?.metadata).toMatchObject({ fileId: 'file-2' })
})

test('an upload that is done when the program dies is not done again under another file', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const sent = scene.room('ann').sendFile(film(), { content: 'my film' })
  await scene.until(() => scene.truth.rows.length === 1)
  scene.device('ann').kill()
  scene.device('ann').start()
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['my film'])
  expect(scene.truth.rows[0]).toMatchObject({ clientId: sent.clientId, metadata: { fileId: 'file-1' } })
  expect(scene.world.files.begun).toBe(1)
})

test('a file sent offline is uploaded after a restart with the network', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'ann' })
  scene.room('ann').sendFile(film(), { content: 'from the tunnel' })
  await scene.pass(5_000)
  expect(scene.world.files.begun).toBe(0)
  scene.device('ann').kill()
  scene.device('ann').start()
  await scene.pass(5_000)
  heal()
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['from the tunnel'])
})

test('a file is kept by another handle where the browser has closed the first', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'ann' })
  const ann = scene.device('ann')
  scene.room('ann').sendFile(film(), { content: 'my film' })
  await scene.until(() => ann.disk?.hasEntry(shown(scene)?.key ?? '') === true)
  ann.handle?.lose()
  await scene.pass(2_000)
  expect(ann.chat.getState().storage.status).toBe('ok')
  ann.kill()
  ann.start()
  heal()
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['my film'])
})

test('a token that expires during the upload is replaced by another', async () => {
  const scene = await Scene.of()
  const device = scene.world.addDevice({
    ...{ name: 'ann-phone', user: 'ann', disk: scene.world.diskFor('ann-phone') },
    tokenMs: 60_000,
  })
  device.start()
  await scene.pass(1_000)
  await scene.open('ann-phone', 'bob')
  await scene.pass(57_000 - scene.kit.now)
  scene.room('ann-phone').sendFile(film(), { content: 'my film' })
  await scene.pass(15_000)
  expect(scene.texts('bob')).toEqual(['my film'])
})

test('a tab that dies in the middle of an upload leaves it to another', async () => {
  const scene = await Scene.of({ users: ['bob', 'ann'] })
  const browser = scene.world.browserFor('browser')
  const disk = scene.world.diskFor('browser')
  for (const name of ['tab-1', 'tab-2']) scene.world.addDevice({ name, user: 'ann', disk, browser }).start()
  await scene.open('tab-1', 'tab-2', 'bob')
  scene.room('tab-1').sendFile(film(), { content: 'my film' })
  await scene.pass(2_500)
  expect(scene.room('tab-2').messages()).toEqual([])
  scene.device('tab-1').kill()
  await scene.pass(30_000)
  expect(scene.texts('bob')).toEqual(['my film'])
  expect(scene.texts('tab-2')).toEqual(['my film'])
  expect(await bytesOf(scene.world.files.files[0]?.content)).toBe(await film().text())
  expect(piecesOn(scene.device('tab-2'))).toEqual([])
})
