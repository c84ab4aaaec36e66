import { postgresBotStore, sqliteBotStore } from '@roomful/bot'
import { startPostgres, type TestPostgres } from '@roomful/testing/node'
import Database from 'libsql'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { botStoreContract } from '../../packages/bot/src/test-support/store-contract'
import { temporaryFolder } from './roomful-command'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

botStoreContract('Postgres', async () => {
  const connectionString = await postgres.createDatabase()
  const pools: pg.Pool[] = []
  return {
    open: async () => {
      const pool = new pg.Pool({ connectionString, max: 2 })
      // The server of the test ends before the last connection has.
      pool.on('error', () => {})
      pools.push(pool)
      return postgresBotStore(pool)
    },
    kill: async () => {
      await pools[0]?.query("UPDATE roomful_bot_leases SET until = now() - interval '1 second'")
    },
    end: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
    },
  }
})

botStoreContract('SQLite', async () => {
  const folder = temporaryFolder()
  const databases: Database.Database[] = []
  let now = 0
  return {
    open: async () => {
      const database = new Database(`${folder.path}/bot.db`)
      databases.push(database)
      return sqliteBotStore(database, { now: () => now })
    },
    kill: async (_, ttlMs) => {
      now += ttlMs + 1
    },
    end: async () => {
      for (const database of databases) database.close()
      folder[Symbol.dispose]()
    },
  }
})
