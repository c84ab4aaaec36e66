import { Crowd, type Seen } from './crowd'
import { type Measured, startMeasured } from './measured'

/** Processor time: of the server, and of the crowd in this process. */
export type Round = Seen & { readonly cpuMicros: number; readonly crowdMicros: number }

/** A server in a separate process, with a crowd in this one. */
export class Contestant {
  private constructor(
    private readonly server: Measured,
    private readonly crowd: Crowd,
  ) {}

  /** @param root - of the checkout whose server it is; this one's where it is left out */
  static async enter(
    name: 'ours' | 'literal',
    args: readonly string[],
    { clientId, root }: { readonly clientId?: () => string; readonly root?: string } = {},
  ): Promise<Contestant> {
    const server = await startMeasured(name, args, root)
    return new Contestant(server, await Crowd.gather(server.url, clientId))
  }

  get url(): string {
    return this.server.url
  }

  async round(ms: number): Promise<Round> {
    const before = await this.server.cpuMicros()
    const own = process.cpuUsage()
    const seen = await this.crowd.run(ms)
    const { user, system } = process.cpuUsage(own)
    return { ...seen, cpuMicros: (await this.server.cpuMicros()) - before, crowdMicros: user + system }
  }

  async leave(): Promise<void> {
    this.crowd.leave()
    await this.server.stop()
  }
}
