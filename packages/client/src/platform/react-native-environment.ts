import type { Environment } from './environment'
import { hostEnvironment } from './host-environment'

/** What is used of `AppState` of `react-native`. */
export type AppStateModule = {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
}

/** What is used of `@react-native-community/netinfo`. */
export type NetInfoModule = {
  addEventListener(listener: (state: { readonly isConnected: boolean | null }) => void): () => void
}

/**
 * The wake signs of React Native, which has none of a page's: the app comes back to the foreground, the network is back.
 * Without it a client finds out by its own timers, some seconds later. Either module may be left out.
 *
 * @example
 * import { createChat, keyValueStore } from '@roomful/client'
 * import { reactNativeEnvironment } from '@roomful/client/react-native'
 * import AsyncStorage from '@react-native-async-storage/async-storage'
 * import NetInfo from '@react-native-community/netinfo'
 * import { AppState } from 'react-native'
 * const chat = createChat({
 *   url,
 *   auth,
 *   storage: keyValueStore(AsyncStorage),
 *   ports: { environment: reactNativeEnvironment({ AppState, NetInfo }) },
 * })
 */
export function reactNativeEnvironment(modules: {
  readonly AppState?: AppStateModule
  readonly NetInfo?: NetInfoModule
}): Environment {
  const { AppState, NetInfo } = modules
  return {
    onWake: (listener) => {
      const stopHost = hostEnvironment.onWake(listener)
      const appState = AppState?.addEventListener('change', (state) => {
        if (state === 'active') listener('resume')
      })
      // NetInfo reports the present state first, which is no change; null: it does not know yet.
      let wasConnected: boolean | null = null
      const stopNetInfo = NetInfo?.addEventListener(({ isConnected }) => {
        if (isConnected === true && wasConnected === false) listener('online')
        wasConnected = isConnected
      })
      return () => {
        stopHost()
        appState?.remove()
        stopNetInfo?.()
      }
    },
  }
}
