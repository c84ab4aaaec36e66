import { EXIT, type Io, run } from 'roomful'

export const help = async (io: Io) => (await run(['--help'], io)) === EXIT.ok
