import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authorize, AuthorizedAction } from '@roomful/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { OVER_HTTP } from './role-matrix/expected'
import { REASON } from './role-matrix/play'
import { freshClientId, makeScene, type Scene, STANDINGS, type Standing } from './role-matrix/scene'
import { socketWorld } from './role-matrix/worlds'

let folder: string
let world: Awaited<ReturnType<typeof socketWorld>>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-matrix-'))
  world = await socketWorld(folder)
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

/**
 * Each route, and its answer by standing in a private room:
 *
 *   y  done    F  FORBIDDEN    N  there is no such file: the same answer as for a missing one
 */
const EXPECTED = `
  route            permission     owner admin member left kicked banned never admin+ none+
  upload           upload-file    y     y     y      y    y      y      y     y      y
  download         download-file  y     y     y      N    N      N      N     y      N
  revoke-session   end-sessions   F     F     F      F    F      F      F     y      y
  server-api       use-server-api F     F     F      F    F      F      F     y      y`

const [, ...lines] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
const cells = lines.flatMap(([route = '', permission = '', ...answers]) =>
  STANDINGS.map((standing, index) => ({ route, permission, standing, wanted: answers[index] ?? '' })),
)

let pictures = 0
/** Other bytes each time: the same ones would be kept once. */
const picture = () => new Uint8Array(Buffer.concat([PNG, Buffer.from(String(++pictures))]))

const call = (token: string, path: string, request: RequestInit = {}): Promise<Response> =>
  fetch(`${world.url}${path}`, { ...request, headers: { authorization: `Bearer ${token}` } })

async function shownPicture({ boss, ids }: Scene): Promise<string> {
  const uploaded = await call(ids.boss, '/files', { method: 'POST', body: picture() })
  const { file } = (await uploaded.json()) as { file: { id: string } }
  const metadata = { fileId: file.id }
  const message = { content: 'cat', type: 'image', clientId: freshClientId(), metadata }
  expect(await boss.ask('send-message', { roomId: ids.room, ...message })).toMatchObject({ ok: true })
  return file.id
}

async function play(route: string, standing: Standing, authorize: Authorize): Promise<string> {
  const scene = await makeScene(world, 'private', standing)
  const fileId = await shownPicture(scene)
  const request = (id: string): Promise<Response> => {
    switch (route) {
      case 'upload':
        return call(scene.token, '/files', { method: 'POST', body: picture() })
      case 'download':
        return call(scene.token, `/files/${id}`)
      case 'server-api':
        return call(scene.token, '/v1/users')
      default:
        return call(scene.token, `/admin/sessions/session-of-${scene.ids.oth}/revoke`, { method: 'POST' })
    }
  }
  world.app.authorize = authorize
  const response = await request(fileId)
  delete world.app.authorize
  for (const device of scene.devices) device.close()
  if (response.ok) return 'y'
  const body = await response.text()
  if (response.status === 404)
    return body === (await (await request('none')).text()) ? 'N' : `told apart: ${body}`
  // `/v1` answers with problem documents.
  const { code, detail, reason = detail } = JSON.parse(body)
  if (response.status !== 403) return `${response.status} ${body}`
  return code === 'FORBIDDEN' ? 'F' : code === 'REFUSED' && reason === REASON ? 'R' : body
}

test.each(cells)('$route by $standing', async ({ route, permission, standing, wanted }) => {
  const asked: AuthorizedAction[] = []
  const allow: Authorize = (action) => {
    asked.push(action)
    return true
  }
  const deny: Authorize = (action) => (action === permission ? { deny: REASON } : true)
  expect({
    allowed: await play(route, standing, allow),
    asked,
    refused: await play(route, standing, deny),
  }).toEqual({
    allowed: wanted,
    asked: wanted === 'y' ? [permission] : [],
    refused: wanted === 'y' ? 'R' : wanted,
  })
})

test('every act that is done over HTTP alone is in the table', () => {
  const permissions = new Set(cells.map(({ permission }) => permission))
  expect([...OVER_HTTP].filter((act) => !permissions.has(act))).toEqual([])
})
