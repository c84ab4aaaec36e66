import { readFileSync } from 'node:fs'

/**
 * @typedef {{ types: string, default: string }} Target
 * @typedef {Target & { require?: Target }} Entry
 * @typedef {{ name: string, version: string, exports: Record<string, Entry | string>, main?: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string> }} Manifest
 */

/** @param {string} dir a folder of `packages` @returns {Manifest} */
export function manifestOf(dir) {
  return JSON.parse(readFileSync(`packages/${dir}/package.json`, 'utf8'))
}

/** Whether it is built as CommonJS, too. @param {string} dir */
export function hasCommonJs(dir) {
  return manifestOf(dir).main?.endsWith('.cjs') ?? false
}
