import { bad, type Finding, good } from './finding'

/** What the packages are made for. */
const LEAST = [20, 19] as const

/** Is this Node new enough? `version` as `process.versions.node` has it. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])
  if (!isOld) return good('node', version)
  return bad('node', version, `update to Node ${LEAST.join('.')} or newer, such as by \`nvm install --lts\``)
}
