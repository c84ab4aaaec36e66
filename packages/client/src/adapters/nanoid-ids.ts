import { nanoid } from 'nanoid'
import type { Ids } from '../ports/ids'

export const nanoidIds: Ids = { clientId: () => nanoid(), random: () => Math.random() }
