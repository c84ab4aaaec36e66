/** For React Native: `import { reactNativeEnvironment } from '@roomful/client/react-native'`. */
export type { Environment, WakeReason } from './platform/environment'
export {
  type AppStateModule,
  type NetInfoModule,
  reactNativeEnvironment,
} from './platform/react-native-environment'
