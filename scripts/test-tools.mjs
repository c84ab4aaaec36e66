import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'

// The programs that the tests run besides Node, each with its Debian package.
const TOOLS = [
  { package: 'chromium', find: () => findChromium() },
  { package: 'firefox-esr', find: () => findFirefox() },
  { package: 'webkit2gtk-driver', find: () => findWebKitDriver() && findMiniBrowser() },
  { package: 'xvfb', find: () => findXvfb() },
  { package: 'redis-server', find: () => onPath('redis-server') },
  { package: 'postgresql', find: () => findPostgres() },
  { package: 'nginx', find: () => onPath('nginx') ?? onPath('../sbin/nginx') },
  { package: 'caddy', find: () => onPath('caddy') },
  { package: 'systemd', find: () => onPath('systemd-analyze') },
  { package: 'pgbouncer', find: () => onPath('pgbouncer') ?? onPath('../sbin/pgbouncer') },
]

/** Without it the tests are slower: Debian has it, Ubuntu does not. */
const HEADLESS_SHELL = 'chromium-headless-shell'

/** @param {...string} names @returns {string | undefined} */
function onPath(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names
    .flatMap((name) => folders.map((folder) => `${folder}/${name}`))
    .find((path) => existsSync(path))
}

export function findChromium() {
  return process.env.CHROMIUM ?? onPath('chromium', 'chromium-browser', 'google-chrome')
}

/**
 * Chromium's engine without the browser around it: it opens a window with half the CPU time, because a headless Chromium
 * also runs the tab strip and toolbar of each window.
 */
export function findHeadlessShell() {
  return process.env.CHROMIUM ?? onPath(HEADLESS_SHELL, 'chrome-headless-shell')
}

export function findFirefox() {
  return process.env.FIREFOX ?? onPath('firefox-esr', 'firefox')
}

export function findWebKitDriver() {
  return onPath('WebKitWebDriver')
}

/** WebKitGTK's own small browser, off the PATH, in a folder named by architecture and library version. */
export function findMiniBrowser() {
  const kinds = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  return kinds
    .flatMap((kind) =>
      ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((one) => `/usr/lib/${kind}/${one}`),
    )
    .map((folder) => `${folder}/MiniBrowser`)
    .find((path) => existsSync(path))
}

export function findXvfb() {
  return onPath('Xvfb')
}

/** The folder of initdb and postgres, newest version first; Debian keeps them off the PATH. */
export function findPostgres() {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => `${root}/${version}/bin`),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(`${folder}/initdb`) && existsSync(`${folder}/postgres`))
}

/** Installs what is missing if it can; otherwise throws with the command to type. */
export function ensureTools() {
  const missing = TOOLS.filter((tool) => !tool.find()).map((tool) => tool.package)
  const canInstall = process.getuid?.() === 0 && !spawnSync('apt-get', ['--version']).error
  if (missing.length > 0) {
    const line = `apt-get update && ${installLine(missing)}`
    if (!canInstall)
      throw new Error(
        `The tests need ${missing.join(', ')}. Install them, on Debian or Ubuntu with:\n  sudo sh -c '${line}'`,
      )
    console.log(`installing ${missing.join(', ')} …`)
    install(line)
    const still = TOOLS.filter((tool) => !tool.find())
    if (still.length > 0)
      throw new Error(`Still missing: ${still.map((tool) => tool.package).join(', ')}. Tried: ${line}`)
  }
  if (findHeadlessShell() || !canInstall) return
  if (spawnSync('apt-cache', ['show', HEADLESS_SHELL], { stdio: 'ignore' }).status !== 0) return
  console.log(`installing ${HEADLESS_SHELL} …`)
  install(installLine([HEADLESS_SHELL]))
}

/** Installs those of Debian's packages that are missing. Throws if it cannot. @param {readonly string[]} packages */
export function installPackages(packages) {
  const missing = packages.filter((name) => spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0)
  if (missing.length > 0) install(`apt-get update && ${installLine(missing)}`)
}

/** @param {readonly string[]} packages */
function installLine(packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/** @param {string} line */
function install(line) {
  withoutServices(() => {
    execFileSync('sh', ['-c', line], {
      // apt's output is shown only when it fails, in the error.
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  })
}

/**
 * Only the binaries are needed: without this, Debian starts a Redis on 6379 and makes a Postgres cluster on 5432.
 * @param {() => void} act
 */
function withoutServices(act) {
  const files = {
    '/usr/sbin/policy-rc.d': { text: '#!/bin/sh\nexit 101\n', mode: 0o755, keep: false },
    '/etc/postgresql-common/createcluster.conf': {
      text: 'create_main_cluster = false\n',
      mode: 0o644,
      keep: true,
    },
  }
  const made = Object.entries(files).filter(([path]) => !existsSync(path))
  for (const [path, { text, mode }] of made) {
    execFileSync('mkdir', ['-p', path.slice(0, path.lastIndexOf('/'))])
    writeFileSync(path, text, { mode })
  }
  try {
    act()
  } finally {
    for (const [path, { keep }] of made) if (!keep) rmSync(path)
  }
}
