import { converse } from './converse.mjs'

addEventListener('message', async ({ data }) => postMessage(await converse(data)))
