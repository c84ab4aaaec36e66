import type { Device } from '../world/device'
import type { Link } from '../world/link'
import type { Random } from '../world/random'
import type { World } from '../world/world'
import type { Ledger } from './ledger'
import type { Disaster } from './profile'

type Scene = { readonly world: World; readonly ledger: Ledger; readonly random: Random }

/** Lets one thing go wrong. Lasting faults end on their own, or with the first phase. */
export function strike(world: World, ledger: Ledger, name: Disaster, random: Random): void {
  world.context.trace.note(() => `disaster: ${name}`)
  DEEDS[name]({ world, ledger, random })
}

const DEEDS: Readonly<Record<Disaster, (scene: Scene) => void>> = {
  cut: (scene) => onLine(scene, (link) => link.cut(false)),
  'cut-behind-requests': (scene) =>
    onLine(scene, (link) => (scene.random.chance(0.3) ? link.cut(true) : link.cutBehindNext())),
  'half-open': (scene) => onLine(scene, (link) => link.blackhole('both')),
  'one-way': (scene) =>
    onLine(scene, (link) => link.blackhole(scene.random.pick(['server', 'client'] as const))),
  stall: (scene) =>
    onLine(scene, (link) => {
      const ms = scene.random.range(200, 8_000)
      if (scene.random.chance(0.7)) link.toServer.stall(ms)
      if (scene.random.chance(0.7)) link.toClient.stall(ms)
    }),
  offline: (scene) =>
    onDevice(scene, (device) => {
      const tabs = scene.world.tabsOf(device)
      for (const tab of tabs) {
        tab.isOnline = false
        scene.world.linkOf(tab)?.cut(scene.random.chance(0.5))
      }
      later(scene, 500, 15_000, () => {
        for (const tab of tabs) {
          tab.isOnline = true
          if (tab.isRunning && !tab.isAsleep && scene.random.chance(0.5)) tab.wakeUp('online')
        }
      })
    }),
  'node-crash': (scene) => {
    const { world, random } = scene
    const up = world.nodes.filter((node) => node.isUp)
    if (up.length === 0) return
    random.pick(up).crash(random.chance(0.2))
    later(scene, 100, 5_000, () => startMissingNode(world))
  },
  'node-stop': (scene) => {
    const { world, random } = scene
    const up = world.nodes.filter((node) => node.isUp && !node.chatNode.isDraining)
    if (up.length === 0) return
    void random
      .pick(up)
      .stop()
      .then(() => later(scene, 100, 3_000, () => startMissingNode(world)))
  },
  'database-down': (scene) => {
    scene.world.database.isDown = true
    later(scene, 100, 6_000, () => {
      scene.world.database.isDown = false
    })
  },
  restore: (scene) => {
    const { world, ledger } = scene
    world.database.takeBackup()
    later(scene, 500, 8_000, () => {
      for (const node of world.nodes) node.crash()
      world.database.restore()
      world.passing?.begin()
      ledger.restored()
      startMissingNode(world)
    })
  },
  'bus-cut': (scene) => {
    scene.world.bus.isCut = true
    later(scene, 500, 12_000, () => {
      scene.world.bus.isCut = false
    })
  },
  kill: (scene) =>
    onDevice(scene, (device) => {
      kill(scene, device)
      later(scene, 500, 15_000, () => startAgain(scene, device))
    }),
  reload: (scene) =>
    onDevice(scene, (device) => {
      kill(scene, device)
      later(scene, 1, 100, () => startAgain(scene, device))
    }),
  sleep: (scene) =>
    onDevice(scene, (device) => {
      device.sleep()
      // The network does not wait: the other side gives up what is not answered.
      const line = scene.world.linkOf(device)
      line?.toServer.stall(20_000)
      line?.blackhole('client')
      later(scene, 1_000, 20_000, () => {
        if (device.isAsleep) device.wakeUp('resume')
      })
    }),
  'clock-jump': (scene) =>
    onDevice(scene, (device) => {
      const skewMs = scene.random.range(-3_600_000, 3_600_000)
      for (const tab of scene.world.tabsOf(device)) tab.setSkew(skewMs)
    }),
  'disk-full': (scene) =>
    onDevice(scene, ({ disk }) => {
      if (disk === undefined) return
      disk.isFull = true
      later(scene, 500, 10_000, () => {
        disk.isFull = false
      })
    }),
  'disk-stall': (scene) =>
    onDevice(scene, ({ disk }) => {
      if (disk) disk.stalledUntil = scene.world.time.now + scene.random.range(100, 8_000)
    }),
  'disk-close': (scene) => onDevice(scene, ({ handle }) => handle?.lose()),
  'sign-out': (scene) =>
    onDevice(scene, (device) => {
      const node = scene.world.nodes.find(({ isUp }) => isUp)
      if (node === undefined) return
      const { sid } = device
      const tabs = scene.world.tabsOf(device)
      for (const tab of tabs) scene.ledger.signedOut(tab)
      device.newSession()
      node.chatNode.revokeSession(sid).catch(() => {})
      later(scene, 2_000, 6_000, () => {
        for (const tab of tabs) {
          kill(scene, tab)
          scene.ledger.signsInAnew(tab)
          tab.start()
        }
      })
    }),
}

export function kill({ world, ledger }: Pick<Scene, 'world' | 'ledger'>, device: Device): void {
  ledger.killed(world, device)
  device.kill()
}

/** Another program starts, unless one runs; what is left of a closed one is over. */
export function startAgain(scene: Pick<Scene, 'world' | 'ledger'>, device: Device): void {
  if (device.isRunning) return
  if (device.program) kill(scene, device)
  device.start()
}

function onLine(scene: Scene, strikeLink: (link: Link) => void): void {
  const up = scene.world.links.filter((link) => link.isClientUp)
  if (up.length > 0) strikeLink(scene.random.pick(up))
}

function onDevice(scene: Scene, strikeDevice: (device: Device) => void): void {
  const running = scene.world.devices.filter((device) => device.isRunning && !device.isAsleep)
  if (running.length > 0) strikeDevice(scene.random.pick(running))
}

function later({ world, random }: Scene, from: number, to: number, run: () => void): void {
  world.time.schedule(random.range(from, to), 'it passes', run)
}

export function startMissingNode(world: World): void {
  if (world.nodes.some((node) => !node.isUp)) world.startNode()
}
