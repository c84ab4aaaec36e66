import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  commitOps,
  headOf,
  newRoom,
  say,
  sendOp,
} from '../../packages/server/src/stores/contract/contract-room'
import type { Store } from '../../packages/server/src/stores/port'
import { ClientPool } from '../../packages/server/src/stores/postgres/client-pool'
import { openPostgresStore } from '../../packages/server/src/stores/postgres/postgres-store'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'

/** The database fails in the middle of a commit, as often as requested: a sequence counts what a rollback undoes. */
const FAULTS = `
  CREATE SEQUENCE attempts;
  CREATE TABLE fault (state text, until bigint);
  CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE fault fault;
  BEGIN
    FOR fault IN SELECT * FROM fault LOOP
      IF nextval('attempts') <= fault.until THEN
        RAISE EXCEPTION USING ERRCODE = fault.state, DETAIL = 'secret words';
      END IF;
    END LOOP;
    RETURN NEW;
  END $$;
  CREATE TRIGGER fail BEFORE UPDATE ON room_heads FOR EACH ROW EXECUTE FUNCTION fail()`

describe('Postgres refuses', () => {
  let postgres: TestPostgres
  let url = ''
  let store: Store
  let admin: ClientPool
  beforeAll(async () => {
    postgres = await startPostgres()
    url = await postgres.createDatabase()
    store = await openPostgresStore(url)
    admin = new ClientPool(url, { max: 1 })
    await admin.lend((client) => client.query(FAULTS))
  })
  afterEach(() => admin.lend((client) => client.query('TRUNCATE fault')))
  afterAll(async () => {
    await Promise.all([store.close(), admin.close()])
    await postgres[Symbol.asyncDispose]()
  })

  async function failWith(state: string, times: number): Promise<void> {
    await admin.lend(async (client) => {
      await client.query(`SELECT setval('attempts', 1, false)`)
      await client.query('INSERT INTO fault VALUES ($1, $2::bigint)', state, times)
    })
  }

  test.each(['40001', '40P01'])('%s once: the commit is repeated, and decided again', async (state) => {
    const roomId = await newRoom(store)
    await failWith(state, 1)
    await say(store, roomId, 'ann', 'second try')
    expect(await headOf(store, roomId)).toEqual({ rev: 3, lastSeq: 1 })
  })

  test.each([
    ['40001', 2, 'UNAVAILABLE'],
    ['53100', 1, 'STORAGE_FULL'],
    ['57014', 1, 'OVERLOADED'],
    ['53300', 1, 'OVERLOADED'],
    ['XX000', 1, 'UNAVAILABLE'],
    ['23505', 1, 'UNAVAILABLE'],
    ['22021', 1, 'INVALID_PAYLOAD'],
    ['23514', 1, 'INVALID_PAYLOAD'],
    ['54000', 1, 'INVALID_PAYLOAD'],
  ])('%s %i times is %s, nothing is written, and the next commit succeeds', async (state, times, code) => {
    const roomId = await newRoom(store)
    await failWith(state, times)
    const refused = commitOps(store, roomId, [sendOp('ann', 'no'), sendOp('ann', 'nor this')])
    const error: unknown = await refused.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'StoreError', code, cause: { code: state } })
    // Nothing of the row goes into a log.
    expect(inspect(error)).not.toContain('secret words')
    expect(await headOf(store, roomId)).toEqual({ rev: 2, lastSeq: 0 })
    await say(store, roomId, 'ann', 'yes')
    expect(await headOf(store, roomId)).toEqual({ rev: 3, lastSeq: 1 })
  })

  test('a database of a newer version is not opened', async () => {
    const newer = await postgres.createDatabase()
    await (await openPostgresStore(newer)).close()
    const pool = new ClientPool(newer, { max: 1 })
    await pool.lend((client) => client.query('INSERT INTO schema_version VALUES (999)'))
    await pool.close()
    await expect(openPostgresStore(newer)).rejects.toThrow('newer version (999)')
  })

  test('options in the URL do not replace the store’s own', async () => {
    const pool = new ClientPool(`${url}?options=-c%20lock_timeout%3D1234`, { max: 1 })
    const [row] = await pool.lend((client) =>
      client.query(
        `SELECT current_setting('lock_timeout') AS own, current_setting('synchronous_commit') AS durable,
          current_setting('statement_timeout') AS timeout`,
      ),
    )
    await pool.close()
    expect(row).toEqual({ own: '1234ms', durable: 'on', timeout: '5s' })
  })
})
