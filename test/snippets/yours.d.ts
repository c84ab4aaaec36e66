// What Roomful's pages and examples leave to their reader. As little as possible: a snippet has to import or declare
// any name that is not here. A script, not a module, so that its names are global.
declare const url: string
declare const token: string
declare const secret: string
declare const auth: () => Promise<string>
declare function getToken(): Promise<string>

/** For a fence or an example that continues the first one of its page. */
declare const chat: import('@roomful/client').Chat
declare const room: import('@roomful/client').Room
declare const message: import('@roomful/client').ShownMessage

declare const admin: import('@roomful/admin').Admin
declare const apiKey: string

declare const lines: readonly string[]
/** The answer to an upload. */
declare const fileId: string
declare const request: Request

declare function render(messages: readonly import('@roomful/client').ShownMessage[]): void
declare function show(...what: unknown[]): void
declare function Messages(): import('react').ReactElement

/** Not dependencies. What is used of them, as they declare it. */
declare module 'react-native' {
  export const AppState: {
    addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
  }
}
declare module '@react-native-community/netinfo' {
  const NetInfo: {
    addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void
  }
  export default NetInfo
}

/** Not a dependency. As its version 2 declares it. */
declare module '@react-native-async-storage/async-storage' {
  const AsyncStorage: {
    getItem(key: string): Promise<string | null>
    setItem(key: string, value: string): Promise<void>
    removeItem(key: string): Promise<void>
    getAllKeys(): Promise<readonly string[]>
    multiGet(keys: readonly string[]): Promise<readonly (readonly [string, string | null])[]>
    multiSet(pairs: [string, string][]): Promise<void>
    multiRemove(keys: readonly string[]): Promise<void>
  }
  export default AsyncStorage
}
