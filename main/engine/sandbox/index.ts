/** Public face of the private servers. */
export {
  startPrivateServer,
  sweepPrivateServers,
  type PrivateServer,
  type PrivateServerOptions,
  type ServerConnection,
} from './private-server.ts';
export { findServerBinaries, installHint, type ServerBinaries, type ServerFlavour } from './find-server.ts';
