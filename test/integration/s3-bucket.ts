import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { S3Location } from '@roomful/server'
import { freePort, LocalProcess } from '../../packages/testing/src/local-process'
import { type Gate, openGate } from './signature-gate'

/** s3rver has this one user. */
export const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
const BUCKET = 'chat-files'

/** As docs/guides/server.md asks for. */
const CORS = `<CORSConfiguration>
  <CORSRule>
    <AllowedOrigin>*</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedHeader>*</AllowedHeader>
  </CORSRule>
</CORSConfiguration>`

export type TestBucket = AsyncDisposable & { readonly location: S3Location; readonly gate: Gate }

/** A bucket of a real S3-compatible server, behind a gate that checks the signatures. */
export async function startBucket(): Promise<TestBucket> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bucket-'))
  const cors = join(folder, 'cors.xml')
  writeFileSync(cors, CORS)
  const bin = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js')
  const port = await freePort()
  const data = ['--directory', join(folder, 'data'), '--configure-bucket', BUCKET, cors]
  const server = new LocalProcess({
    command: process.execPath,
    // Its tokens for the next page of a list are encrypted by DES.
    args: [
      '--openssl-legacy-provider',
      bin,
      '--address',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--silent',
      ...data,
    ],
    folder,
    ready: /listening on/,
    stopSignal: 'SIGTERM',
  })
  await server.start()
  const gate = await openGate(port, KEYS)
  return {
    location: { bucket: BUCKET, endpoint: `http://127.0.0.1:${gate.port}`, credentials: KEYS },
    gate,
    [Symbol.asyncDispose]: async () => {
      await gate.close()
      await server.dispose()
    },
  }
}
