import { converse } from './converse.mjs'

/** @param {{ url: string, token: string }} options */
const inWorker = (options) =>
  new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.postMessage(options)
  })

Object.assign(window, { converse, inWorker })
