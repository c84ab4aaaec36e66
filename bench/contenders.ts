import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../packages/testing/src/local-process'
import { type Contender, debianVersion } from './contender'
import { enterByNats } from './nats-member'
import { startNode, startProgram } from './run-server'
import { ejabberdYml, natsConf, prosodyLua } from './server-configs'
import { enterBySocketIo } from './socket-io-member'
import { enterByXmpp } from './xmpp-member'

const versionOf = (manifest: string): string => JSON.parse(readFileSync(manifest, 'utf8')).version

/** Every server of the comparison. The first one is the one that is compared. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'Roomful',
    note: 'SQLite, each commit synced to the disk before its acks. Checks sender, rights and limits; one gap-free order',
    enter: enterBySocketIo,
    version: () => versionOf('packages/server/package.json'),
    start: (folder) => startNode('packages/server/bench/ours.ts', [`sqlite:${join(folder, 'bench.db')}`]),
  },
  {
    name: 'literal handler',
    note: 'Socket.IO and SQLite as a tutorial does it: a transaction, synced to the disk, and an emit for each message',
    enter: enterBySocketIo,
    version: () => versionOf('node_modules/socket.io/package.json'),
    start: (folder) => startNode('packages/server/bench/literal.ts', [`sqlite:${join(folder, 'bench.db')}`]),
  },
  {
    name: 'ejabberd',
    note: 'multi-user chat with its archive (XEP-0313) in SQLite, with its own settings for it',
    // The second: its database.
    debian: ['ejabberd', 'erlang-p1-sqlite3'],
    enter: enterByXmpp,
    version: () => debianVersion('ejabberd'),
    start: async (folder) => {
      const port = await freePort()
      const config = join(folder, 'ejabberd.yml')
      writeFileSync(config, ejabberdYml(port, folder))
      const args = ['+K', 'true', '-noinput', '-mnesia', 'dir', `"${folder}/mnesia"`, '-s', 'ejabberd']
      const env = {
        ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
        EJABBERD_CONFIG_PATH: config,
        EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
        HOME: folder,
      }
      return startProgram('erl', args, { folder, port, env })
    },
  },
  {
    name: 'prosody',
    note: 'multi-user chat with its archive (XEP-0313) in SQLite, with its own settings for it',
    debian: ['prosody', 'lua-dbi-sqlite3'],
    enter: enterByXmpp,
    version: () => debianVersion('prosody'),
    start: async (folder) => {
      const port = await freePort()
      const config = join(folder, 'prosody.cfg.lua')
      writeFileSync(config, prosodyLua(port, folder))
      return startProgram('prosody', ['--config', config, '-F'], { folder, port, env: {} })
    },
  },
  {
    name: 'NATS JetStream',
    note: 'a stream in files; acknowledged when written, synced to the disk every two minutes. No rooms, users or rights; members get messages before they are stored',
    debian: ['nats-server'],
    enter: enterByNats,
    version: () => debianVersion('nats-server'),
    start: async (folder) => {
      const port = await freePort()
      const config = join(folder, 'nats.conf')
      writeFileSync(config, natsConf(port, folder))
      return startProgram('nats-server', ['--config', config], { folder, port, env: {} })
    },
  },
  {
    name: 'bare Socket.IO',
    note: 'the limit: checks nothing, stores nothing',
    enter: enterBySocketIo,
    version: () => versionOf('node_modules/socket.io/package.json'),
    start: () => startNode('bench/servers/bare.ts', []),
  },
]
