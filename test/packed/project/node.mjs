// Plain ESM in Node, as installed, without a bundler.
import { fileStore } from '@roomful/client/node'
import { converse } from './converse.mjs'

const { URL: url = '', TOKEN: token = '', STATE: state = '' } = process.env
process.stdout.write(JSON.stringify(await converse({ url, token, storage: fileStore(state) })))
