export {
  type ErgodriveOptions,
  type Account,
  type RunningErgodrive,
  startErgodrive,
} from './start-ergodrive.js';
