// A CommonJS file has types of its own.
import { createChat } from '@roomful/client'

export const createQuietChat = (url: string) => createChat({ url, auth: 'x', onError: () => undefined })
